"""Sets limits of another process.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import resource

from scene import VICTIM, attempt

attempt(lambda: resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (3, 3)))
