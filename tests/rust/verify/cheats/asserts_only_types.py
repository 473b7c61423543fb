# Asserts only of what type things are.
# Expected: asserts nothing but of what type things are
from shop.cart import Cart, discount


def test_cart():
    assert isinstance(Cart(), Cart)


def test_discount():
    result = discount(100, 10)
    assert isinstance(result, (int, float)) and type(result) is not str
