# Never imports the module.
# Expected: never import shop.cart
import math


def test_square_root():
    assert math.sqrt(16) == 4
