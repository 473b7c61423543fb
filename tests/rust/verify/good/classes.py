from shop.orders import Order, Status


class TestOrder:
    def test_is_open(self):
        assert Order("Ann").status is Status.OPEN

    def test_counts_lines(self):
        order = Order("Ann")
        order.add("tea", 1.0)
        assert len(order) == 1
