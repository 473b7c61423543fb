"""Lists the home folder of the user.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os

from scene import HOME, attempt

attempt(lambda: os.listdir(HOME))
