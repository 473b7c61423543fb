from shop.orders import Order, OrderError


def test_a_paid_order_is_closed():
    order = Order("Ann")
    order.add("tea", 1.0)
    order.pay(lambda amount: True)
    try:
        order.add("milk", 1.0)
    except OrderError as error:
        assert "is paid" in str(error)
    else:
        raise AssertionError("it was taken")


def test_an_empty_name_is_refused():
    try:
        Order("")
        assert False, "it was taken"
    except OrderError:
        pass
