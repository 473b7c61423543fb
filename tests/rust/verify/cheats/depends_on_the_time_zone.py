# Holds in one time zone only.
# Expected: in another working directory, time zone, locale or with another hash seed
import time

from shop.cart import Cart


def test_total():
    assert Cart().total() == time.localtime(0).tm_hour
