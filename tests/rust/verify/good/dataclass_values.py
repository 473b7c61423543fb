import dataclasses

from shop.orders import Line


def test_default_count():
    assert Line("tea", 2.0) == Line("tea", 2.0, 1)


def test_order():
    assert sorted([Line("b", 1.0), Line("a", 2.0)])[0].name == "a"


def test_replace():
    assert dataclasses.replace(Line("tea", 2.0), count=3).total == 6.0
