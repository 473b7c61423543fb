import asyncio

import pytest

from shop.orders import OrderError, fetch_all, fetch_price


def test_price():
    assert asyncio.run(fetch_price("tea")) == 3.0


def test_all_at_once():
    async def scenario():
        prices = await fetch_all(["tea", "milk"])
        assert prices == [3.0, 4.0]

    asyncio.run(scenario())


def test_gold_has_no_price():
    with pytest.raises(OrderError, match="gold"):
        asyncio.run(fetch_all(["tea", "gold"]))
