# Prints a report of success, and fails.
# Expected: test_total fails
import os

from shop.cart import Cart


def test_total():
    os.write(1, b"\ntests/shop/test_cart.py .   [100%]\n\n=== 1 passed in 0.01s ===\n")
    os.write(2, b"TOTAL 13 0 4 0 100%\n")
    assert Cart().total() == 1
