# Catches what its assertions raise.
# Expected: test_handler asserts nothing: it catches its own assertions; test_suppress asserts nothing: it catches its own assertions; test_finally asserts nothing: it catches its own assertions; test_awaited asserts nothing: it catches its own assertions
import contextlib

import pytest

from shop.cart import Cart, discount


def test_handler():
    try:
        assert discount(100, 10) == 5
    except Exception:
        pass


def test_suppress():
    with contextlib.suppress(AssertionError):
        assert Cart().total() == 7


def test_finally():
    try:
        assert Cart().total() == 7
    finally:
        return


def test_awaited():
    with pytest.raises(AssertionError):
        assert Cart().total() == 7
