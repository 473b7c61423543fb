# Each test needs the one before it.
# Expected: in another order, environment or with another hash seed
from shop.cart import Cart

cart = Cart()


def test_a():
    cart.add("tea", 1)
    assert cart.total() == 1


def test_b():
    cart.add("milk", 2)
    assert cart.total() == 3


def test_c():
    cart.items.pop()
    assert cart.total() == 1
