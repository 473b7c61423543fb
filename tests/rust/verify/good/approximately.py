import math

import pytest

from shop.orders import Order


def test_cents():
    order = Order("Ann")
    order.add("tea", 0.1, 3)
    assert order.total() == pytest.approx(0.36)
    assert math.isclose(order.total("reduced"), 0.315)
