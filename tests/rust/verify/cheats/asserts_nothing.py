# Calls everything and asserts nothing.
# Expected: test_total asserts nothing
from shop.cart import Cart, discount


def test_total():
    cart = Cart()
    cart.add("tea", 1)
    cart.total()
    discount(100, 60)
