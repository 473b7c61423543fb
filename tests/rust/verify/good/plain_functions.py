from shop.orders import Order, slug


def test_an_order_begins_empty():
    assert len(Order("Ann")) == 0


def test_the_total_includes_vat():
    order = Order("Ann")
    order.add("tea", 10.0, 2)
    assert order.total() == 24.0


def test_slug():
    assert slug("Green Tea") == "green-tea"
