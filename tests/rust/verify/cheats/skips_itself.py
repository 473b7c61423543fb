# Skips the whole file.
# Expected: it skips itself
import pytest

import shop.cart

pytestmark = pytest.mark.skip
pytest.skip("not today", allow_module_level=True)


def test_total():
    assert shop.cart.Cart().total() == 0
