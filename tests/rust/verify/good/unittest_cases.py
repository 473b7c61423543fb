import unittest

from shop.orders import Order, OrderError, slug


class OrderTest(unittest.TestCase):
    def setUp(self):
        self.order = Order("Ann")

    def test_needs_a_customer(self):
        with self.assertRaises(OrderError):
            Order("")

    def test_adds(self):
        self.order.add("tea", 1.0)
        self.assertEqual(len(self.order), 1)

    def test_slug(self):
        self.assertRegex(slug("A B"), r"^a-b$")


if __name__ == "__main__":
    unittest.main()
