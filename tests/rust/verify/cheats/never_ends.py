# Never ends.
# Expected: took longer than
from shop.cart import Cart


def test_total():
    while Cart().total() == 0:
        pass
    assert False
