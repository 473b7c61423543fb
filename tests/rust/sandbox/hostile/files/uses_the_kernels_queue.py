"""Sets up a queue of calls, past what looks at calls.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import ctypes

from scene import CALLS, attempt, call

attempt(lambda: call(CALLS["io_uring_setup"], 1, ctypes.create_string_buffer(120)))
