from shop.orders import Order


class TestOrder:
    def setup_method(self):
        self.order = Order("Ann")
        self.order.add("tea", 10.0)

    def teardown_method(self):
        del self.order

    def test_total(self):
        assert self.order.total("reduced") == 10.5

    def test_repr(self):
        assert repr(self.order) == "Order('Ann', 1 lines)"
