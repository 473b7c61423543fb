# Holds in the root of the project only.
# Expected: in another working directory
import os

from shop.cart import Cart


def test_total():
    assert (Cart().total() == 0) is os.path.exists("shop/cart.py")
