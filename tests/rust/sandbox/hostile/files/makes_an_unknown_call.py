"""Makes a call that was not known when the list of calls was written.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import attempt, call

attempt(lambda: call(600))
