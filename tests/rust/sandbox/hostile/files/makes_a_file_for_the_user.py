"""Makes a file in the home folder of the user.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

from scene import HOME, attempt

attempt(lambda: (HOME / ".profile").write_text("echo taken"))
