"""Sets the clock of the machine.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import time

from scene import attempt

attempt(lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
