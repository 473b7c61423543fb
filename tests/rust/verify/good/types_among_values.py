from shop.orders import Line, Order, Status


def test_add_gives_the_line():
    line = Order("Ann").add("tea", 1.0)
    assert isinstance(line, Line)
    assert line.total == 1.0


def test_status_is_kept():
    order = Order("Ann")
    assert isinstance(order.status, Status) and order.status.name == "OPEN"
