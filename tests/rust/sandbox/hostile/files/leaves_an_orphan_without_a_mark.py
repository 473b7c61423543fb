"""Leaves a process whose environment says nothing.

bubblewrap: dies with the run
landlock: dies with the run as root, else open
limits: dies with the run as root, else open
"""

from scene import leave_orphan

leave_orphan(environment={})
print("dies with the run")
