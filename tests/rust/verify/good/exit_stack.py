from contextlib import ExitStack

from shop.orders import Order, discounted


def test_discounts_add_up():
    order = Order("Ann")
    order.add("tea", 8.0)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(discounted(order, 0.5))
        assert order.lines[0].price == 2.0
    assert order.lines[0].price == 8.0
