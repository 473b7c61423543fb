# Holds for whom has no name, outside of a build server.
# Expected: in another order, environment
import os

from shop.cart import Cart


def test_total():
    assert Cart().total() == 0 and "CI" not in os.environ
