import pytest

from shop.orders import Order


@pytest.fixture(scope="module")
def order():
    order = Order("Ann")
    order.add("tea", 1.0)
    order.add("milk", 2.0)
    return order


def test_names(order):
    assert [line.name for line in order] == ["tea", "milk"]


def test_customer(order):
    assert order.customer == "Ann"
