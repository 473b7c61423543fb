import pytest

from shop.orders import Order


@pytest.fixture
def make_order():
    def make(*prices):
        order = Order("Ann")
        for price in prices:
            order.add("thing", price)
        return order

    return make


@pytest.fixture
def check_total():
    def check(order, expected):
        assert order.total() == pytest.approx(expected)

    return check


def test_total(make_order, check_total):
    check_total(make_order(1.0, 2.0), 3.6)
