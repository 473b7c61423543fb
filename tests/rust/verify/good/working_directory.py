from pathlib import Path

from shop.orders import Order, load, save


def test_relative_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(Order("Ann"), Path("order.json"))
    assert load("order.json").customer == "Ann"
