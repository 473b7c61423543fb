from shop.orders import Line, Order


class Contract:
    def make(self):
        raise NotImplementedError

    def test_has_a_total(self):
        total = self.make().total
        assert (total() if callable(total) else total) >= 0


class TestLine(Contract):
    def make(self):
        return Line("tea", 1.0)


class TestOrder(Contract):
    def make(self):
        return Order("Ann")
