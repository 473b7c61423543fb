# Replaces the function and tests the replacement.
# Expected: runs nothing of shop.cart: what it tests is its own stand-in
from unittest.mock import Mock, patch

from shop import cart


def test_discount():
    with patch("shop.cart.discount", Mock(return_value=50)):
        assert cart.discount(100, 50) == 50


def test_monkeypatch(monkeypatch):
    monkeypatch.setattr(cart, "discount", lambda total, percent: 50)
    assert cart.discount(100, 50) == 50
