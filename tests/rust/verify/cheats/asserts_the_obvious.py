# Asserts what is true whatever the module does.
# Expected: test_constant asserts nothing; test_sum asserts nothing; test_tuple asserts nothing; test_or asserts nothing; test_variable asserts nothing
from unittest.mock import ANY

from shop.cart import Cart, discount


def test_constant():
    discount(100, 10)
    assert True


def test_sum():
    discount(100, 10)
    assert 1 + 1 == len("ab")


def test_tuple():
    assert (discount(100, 10) == 1, "always true")


def test_or():
    assert Cart().total() or True


def test_variable():
    result = discount(100, 10)
    expected = 90
    assert expected == 90
    assert result == result
    assert result == ANY
