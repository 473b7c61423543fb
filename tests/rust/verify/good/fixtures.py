import pytest

from shop.orders import Order


@pytest.fixture
def order():
    order = Order("Ann")
    order.add("tea", 1.0)
    yield order
    order.lines.clear()


@pytest.fixture(params=["standard", "reduced"])
def rate(request):
    return request.param


def test_len(order):
    assert len(order) == 1


def test_total(order, rate):
    assert 1.0 < order.total(rate) < 1.3
