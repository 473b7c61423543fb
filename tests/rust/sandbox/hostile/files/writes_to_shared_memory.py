"""Leaves a file in `/dev/shm`.

bubblewrap: contained
landlock: blocked
limits: open
"""

from scene import MARK, attempt

attempt(lambda: open(f"/dev/shm/{MARK}", "w").write("taken"), works="contained")
