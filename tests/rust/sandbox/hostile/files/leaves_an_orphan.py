"""Leaves a process in a session of its own.

bubblewrap: dies with the run
landlock: dies with the run
limits: dies with the run
"""

from scene import leave_orphan

leave_orphan()
print("dies with the run")
