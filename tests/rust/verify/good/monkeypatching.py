from shop import orders


def test_currency_of_the_environment(monkeypatch):
    monkeypatch.setenv("SHOP_CURRENCY", "SEK")
    assert orders.currency() == "SEK"


def test_currency_by_default(monkeypatch):
    monkeypatch.delenv("SHOP_CURRENCY", raising=False)
    assert orders.currency() == "EUR"


def test_limit(monkeypatch, recwarn):
    monkeypatch.setattr(orders, "LIMIT", 0)
    orders.Order("Ann").add("tea", 1.0)
    assert len(recwarn) == 1
