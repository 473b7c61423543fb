import tempfile
from pathlib import Path

from shop.orders import Order, load, save


def test_saved_orders_come_back():
    with tempfile.TemporaryDirectory() as folder:
        path = save(Order("Ann"), Path(folder, "order.json"))
        assert load(path).customer == "Ann"


def test_named_file():
    with tempfile.NamedTemporaryFile(mode="w+") as file:
        save(Order("Bob"), Path(file.name))
        assert load(Path(file.name)).customer == "Bob"
