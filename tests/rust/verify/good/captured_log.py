import logging

from shop.orders import Order


def test_adding_is_logged(caplog):
    with caplog.at_level(logging.INFO, logger="shop.orders"):
        Order("Ann").add("tea", 1.0)
    assert "added tea" in caplog.text


def test_nothing_is_logged_where_nobody_listens(caplog):
    caplog.set_level(logging.ERROR, logger="shop.orders")
    Order("Ann").add("tea", 1.0)
    assert caplog.records == []
