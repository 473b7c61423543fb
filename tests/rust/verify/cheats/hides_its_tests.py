# Has tests that nobody collects.
# Expected: no test of tests/shop/test_cart.py holds: it has none
from shop.cart import Cart


class TestCart:
    def __init__(self):
        self.cart = Cart()

    def test_total(self):
        assert self.cart.total() == 0


def check_total():
    assert Cart().total() == 0
