# Edits the module in one test for another.
# Expected: touches files outside of a temporary folder: shop/cart.py
import importlib

import shop.cart


def test_edit():
    source = open(shop.cart.__file__).read()
    open(shop.cart.__file__, "w").write(source.replace("total / 2", "total"))
    importlib.reload(shop.cart)
    assert shop.cart.discount(100, 60) == 100
