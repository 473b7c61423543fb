# Passes only after a run that left a file.
# Expected: fails
import os
import tempfile

from shop.cart import Cart

FILE = os.path.join(tempfile.gettempdir(), "left_behind_by_a_run")


def test_b():
    assert Cart().total() == 0 and os.path.exists(FILE)


def test_c():
    if os.path.exists(FILE):
        os.remove(FILE)
    else:
        open(FILE, "w").close()
    assert Cart().total() == 0
