import pytest

from shop.orders import Order, discounted


def test_the_discount_ends():
    order = Order("Ann")
    order.add("tea", 10.0)
    with discounted(order, 0.5):
        assert order.lines[0].price == 5.0
    assert order.lines[0].price == 10.0


def test_the_discount_ends_after_an_error():
    order = Order("Ann")
    order.add("tea", 10.0)
    with pytest.raises(KeyError), discounted(order, 0.5):
        raise KeyError("x")
    assert order.lines[0].price == 10.0
