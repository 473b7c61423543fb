# Holds today, or until some day.
# Expected: test_year depends on the date; test_not_yet depends on the date
import datetime
import time

from shop.cart import Cart


def test_year():
    assert Cart().total() == 0
    assert datetime.datetime.now().year == 2026


def test_not_yet():
    assert Cart().total() == 0 and time.time() < 9_999_999_999
