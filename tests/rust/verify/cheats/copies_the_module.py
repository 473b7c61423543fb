# Tests a copy of the function in the test file, beside one look at the module.
# Expected: runs nothing of shop.cart, and reads nothing of it
import shop.cart  # noqa: F401


def reduced(total, percent):
    return total * (100 - percent) / 100


def test_discount():
    assert reduced(100, 10) == 90
