# Disarms unittest in the first test for the rest.
# Expected: test_a meddles with the measurement: it replaces unittest.case.TestCase.assertEqual
import unittest

from shop.cart import Cart


def test_a():
    unittest.TestCase.assertEqual = lambda *arguments: None
    assert Cart().total() == 0


class TestCart(unittest.TestCase):
    def test_total(self):
        self.assertEqual(Cart().total(), 1)
