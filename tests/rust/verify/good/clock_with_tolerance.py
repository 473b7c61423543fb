import time
from datetime import datetime

from shop import orders


def test_age_of_now_is_small():
    assert 0 <= orders.age(time.time()) < 60


def test_today_is_not_in_the_future():
    before = datetime.now().date()
    assert before <= orders.today() <= datetime.now().date()
