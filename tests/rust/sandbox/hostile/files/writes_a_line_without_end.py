"""Writes 200 MB to its error output, in one line.

bubblewrap: contained
landlock: contained
limits: contained
"""

import os

block = b"x" * (1 << 20)
for _ in range(200):
    os.write(2, block)
print("contained")
