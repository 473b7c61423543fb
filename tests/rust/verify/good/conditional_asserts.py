from shop.orders import Order


def test_every_line_has_a_price():
    order = Order("Ann")
    order.add("tea", 1.0)
    for line in order:
        if line.name == "tea":
            assert line.price == 1.0
        else:
            raise AssertionError(line)
