import pytest

pytest.importorskip("hypothesis")

from hypothesis import given, settings
from hypothesis import strategies as st

from shop.orders import Order, slug


@settings(max_examples=20, deadline=None)
@given(st.text())
def test_a_slug_has_no_blanks(text):
    assert " " not in slug(text)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=3))
def test_the_total_is_never_negative(prices):
    order = Order("Ann")
    for price in prices:
        order.add("thing", price)
    assert order.total() >= 0
