# Whatever happens is fine, so that no failure of the module can be seen.
# Expected: test_any_error cannot fail: it passes when every function of shop.cart raises; test_bare_handler cannot fail
import pytest

from shop.cart import Cart, discount


def test_any_error():
    with pytest.raises(BaseException):
        discount("x", Cart().no_such_thing)


def test_bare_handler():
    seen = []
    try:
        seen.append(discount(100, 10))
    except:
        seen.append(90)
    assert len(seen) == 1
