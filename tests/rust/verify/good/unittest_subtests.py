import unittest

from shop.orders import slug


class SlugTest(unittest.TestCase):
    def test_many(self):
        for text, expected in [("A", "a"), ("A B", "a-b"), (" x ", "x")]:
            with self.subTest(text=text):
                self.assertEqual(slug(text), expected)
