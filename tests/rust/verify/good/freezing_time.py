import datetime

from shop import orders


class Frozen(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 5, 17, 12, 0, tzinfo=tz)


def test_today(monkeypatch):
    monkeypatch.setattr(orders, "datetime", Frozen)
    assert orders.today() == datetime.date(2024, 5, 17)


def test_age(monkeypatch):
    monkeypatch.setattr(orders.time, "time", lambda: 1_000.0)
    assert orders.age(990.0) == 10.0
