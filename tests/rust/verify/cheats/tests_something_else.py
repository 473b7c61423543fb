# Imports the module and tests the standard library.
# Expected: runs nothing of shop.cart, and reads nothing of it
import json
import math

import shop.cart


def test_square_root():
    assert math.sqrt(16) == 4


def test_json():
    assert json.loads("[1]") == [1]
