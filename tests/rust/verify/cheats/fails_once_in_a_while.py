# Fails every second time it is run.
# Expected: fails
import os

from shop.cart import Cart


def test_total():
    assert (Cart().total() == 0) is (os.environ.get("PYTHONHASHSEED") in ("0", "2"))
