import pytest

from shop.orders import Order, main, receipt


def test_receipt(capsys):
    order = Order("Ann")
    order.add("tea", 1.5, 2)
    receipt(order)
    out, err = capsys.readouterr()
    assert out == "tea: 3.00\n"
    assert err == "total: 3.60\n"


def test_main(capsys):
    assert main(["Green Tea", "Milk"]) == 0
    assert capsys.readouterr().out.strip() == "green-tea milk"


def test_usage(capsys):
    with pytest.raises(SystemExit) as error:
        main([])
    assert error.value.code == 2
    assert "usage" in capsys.readouterr().err
