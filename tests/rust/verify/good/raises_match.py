import pytest

from shop.orders import Order, OrderError


def test_a_customer_is_needed():
    with pytest.raises(OrderError, match="needs a customer"):
        Order("")


def test_a_negative_price_is_refused():
    with pytest.raises(ValueError, match=r"price -1(\.0)? of tea"):
        Order("Ann").add("tea", -1.0)


def test_raises_called():
    error = pytest.raises(OrderError, Order, "")
    assert "customer" in str(error.value)
