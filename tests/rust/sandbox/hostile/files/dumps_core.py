"""Crashes with much memory, to leave a dump of it.

bubblewrap: ended
landlock: ended
limits: ended
"""

import os

block = bytearray(100 << 20)
os.abort()
