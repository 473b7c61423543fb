# Ends the process before there is a single test, after a fine report.
# Expected: cannot be collected: pytest ended with exit code 0
import os
import sys

import shop.cart

print("collected 1 item\n\ntests/shop/test_cart.py .   [100%]\n\n1 passed in 0.01s", flush=True)
sys.stdout.flush()
os._exit(0)


def test_total():
    assert shop.cart.Cart().total() == 0
