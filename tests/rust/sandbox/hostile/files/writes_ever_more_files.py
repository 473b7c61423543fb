"""Fills the disk by files that are small enough each.

bubblewrap: ended
landlock: ended
limits: ended
"""

block = bytes(1 << 20)
for number in range(400):
    with open(f"part{number}", "wb", 0) as file:
        for _ in range(16):
            file.write(block)
print("open")
