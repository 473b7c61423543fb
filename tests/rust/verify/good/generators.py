from shop.orders import Order, batches


def order_of(count):
    order = Order("Ann")
    for number in range(count):
        order.add(str(number), 1.0)
    return order


def test_batches():
    sizes = [len(batch) for batch in batches(order_of(3), 2)]
    assert sizes == [2, 1]


def test_no_batches():
    assert next(batches(order_of(0), 2), None) is None
