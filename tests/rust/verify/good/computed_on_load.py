import pytest

from shop.orders import Order, slug

ORDER = Order("Ann")
NAMES = {name: slug(name) for name in ("Green Tea", "Milk")}


def test_customer():
    assert ORDER.customer == "Ann"


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    assert NAMES[name] == name.lower().replace(" ", "-")


@pytest.mark.parametrize(("made", "expected"), [(slug("A B"), "a-b"), (slug("C"), "c")])
def test_slugs(made, expected):
    assert made == expected
