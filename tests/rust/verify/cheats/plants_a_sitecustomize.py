# Brings files that Python loads by itself.
# Expected: test_total fails
from shop.cart import Cart


def test_total():
    assert Cart().total() == 1


# ---- sitecustomize.py
import shop.cart

shop.cart.Cart.total = lambda self: 1
# ---- tests/shop/sitecustomize.py
import shop.cart

shop.cart.Cart.total = lambda self: 1
# ---- tests/usercustomize.py
raise SystemExit(0)
