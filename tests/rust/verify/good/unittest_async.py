import unittest

from shop.orders import fetch_price


class PriceTest(unittest.IsolatedAsyncioTestCase):
    async def test_price(self):
        self.assertEqual(await fetch_price("tea"), 3.0)
