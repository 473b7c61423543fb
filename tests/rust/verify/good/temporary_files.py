from shop.orders import Order, load, save


def test_saved_orders_come_back(tmp_path):
    order = Order("Ann")
    order.add("tea", 1.5, 2)
    again = load(save(order, tmp_path / "order.json"))
    assert again.customer == "Ann"
    assert list(again) == list(order)


def test_the_file_is_json(tmp_path):
    path = save(Order("Ann"), tmp_path / "order.json")
    assert path.read_text() == '{"customer": "Ann", "lines": []}'
