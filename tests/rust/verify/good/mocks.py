from unittest.mock import Mock, call

from shop.orders import Order


def test_charges_the_total_once():
    charge = Mock(return_value=True)
    order = Order("Ann")
    order.add("tea", 10.0)
    order.pay(charge)
    charge.assert_called_once_with(12.0)
    assert charge.mock_calls == [call(12.0)]


def test_nothing_is_charged_for_nothing():
    charge = Mock()
    Order("Ann").pay(charge)
    charge.assert_not_called()
