"""Opens the launcher of every later run for writing.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os
from pathlib import Path

from scene import attempt

attempt(lambda: open(Path(os.environ["SCENE_PROBE"]) / "launch.py", "r+").close())
