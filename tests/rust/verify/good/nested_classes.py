from shop.orders import Order


class TestOrder:
    class TestAdd:
        def test_returns_the_line(self):
            assert Order("Ann").add("tea", 2.0).name == "tea"

    class TestLen:
        def test_of_nothing(self):
            assert len(Order("Ann")) == 0
