"""Writes 1 GB to its output.

bubblewrap: contained
landlock: contained
limits: contained
"""

import os

block = b"x" * (1 << 20)
for _ in range(1024):
    os.write(1, block)
print("\ncontained")
