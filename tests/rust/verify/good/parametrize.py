import pytest

from shop.orders import VAT, Order, slug


@pytest.mark.parametrize(
    ("text", "expected"), [("A", "a"), ("A  B", "a-b"), ("", "")], ids=["one", "two", "none"]
)
def test_slug(text, expected):
    assert slug(text) == expected


@pytest.mark.parametrize("rate", VAT)
@pytest.mark.parametrize("count", [1, 2])
def test_total(rate, count):
    order = Order("Ann")
    order.add("tea", 1.0, count)
    assert order.total(rate) == pytest.approx(count * (1 + VAT[rate]))
