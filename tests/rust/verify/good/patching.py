from datetime import date
from unittest.mock import patch

from shop import orders


def test_due_counts_from_today():
    with patch.object(orders, "today", return_value=date(2024, 2, 20)):
        assert orders.due() == date(2024, 3, 5)


@patch("shop.orders.today", return_value=date(2023, 12, 31))
def test_due_passes_the_year(_today):
    assert orders.due(1) == date(2024, 1, 1)
