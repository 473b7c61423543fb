# The test that counts is hidden by another of its name.
# Expected: test_total is replaced by a later function of the same name; test_total fails
from shop.cart import Cart


def test_total():
    assert Cart().total() == 0


def test_total():
    assert Cart().total() == 1
