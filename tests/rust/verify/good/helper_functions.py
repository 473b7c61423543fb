from shop.orders import Order


def ordered(*names):
    order = Order("Ann")
    for name in names:
        order.add(name, 1.0)
    return order


def assert_names(order, expected):
    assert [line.name for line in order] == expected


def test_names():
    assert_names(ordered("tea", "milk"), ["tea", "milk"])


def test_no_names():
    assert_names(ordered(), [])
