"""Computes without end.

bubblewrap: ended
landlock: ended
limits: ended
"""

while True:
    pass
