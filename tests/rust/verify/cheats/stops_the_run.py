# Stops pytest before the tests that fail.
# Expected: test_a_stop ends the whole run; test_total fails
import pytest

from shop.cart import Cart


def test_a_stop():
    assert Cart().total() == 0
    pytest.exit("enough", returncode=0)


def test_total():
    assert Cart().total() == 1
