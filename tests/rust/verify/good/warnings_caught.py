import warnings

import pytest

from shop.orders import LIMIT, Order


def full():
    order = Order("Ann")
    for number in range(LIMIT):
        order.add(str(number), 1.0)
    return order


def test_a_long_order_warns():
    with pytest.warns(UserWarning, match="long"):
        full().add("more", 1.0)


def test_a_short_one_does_not():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(full()) == LIMIT
