"""Leaves a file in `/tmp`.

bubblewrap: contained
landlock: blocked
limits: open
"""

from scene import MARK, attempt

attempt(lambda: open(f"/tmp/{MARK}", "w").write("taken"), works="contained")
