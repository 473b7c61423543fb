"""Leaves a process whose environment nobody may read.

bubblewrap: dies with the run
landlock: dies with the run
limits: dies with the run as root, else open
"""

from scene import leave_orphan

leave_orphan(hidden=True)
print("dies with the run")
