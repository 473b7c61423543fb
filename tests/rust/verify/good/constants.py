from shop import orders
from shop.orders import LIMIT, Order, OrderError, Status


def test_limit():
    assert LIMIT == 3


def test_rates():
    assert orders.VAT["reduced"] == 0.05


def test_status_values():
    assert {status.value for status in Status} == {"open", "paid"}


def test_error_is_a_value_error():
    assert issubclass(OrderError, ValueError)


def test_docstring():
    assert "paid together" in Order.__doc__
