# Marks what fails as expected to fail.
# Expected: test_marked is marked as expected to fail; test_in_its_body is marked as expected to fail; Test::test_method is marked as expected to fail
import pytest

from shop.cart import Cart


@pytest.mark.xfail(reason="known")
def test_marked():
    assert Cart().total() == 1


def test_in_its_body():
    pytest.xfail("known")
    assert Cart().total() == 1


class Test:
    pytestmark = pytest.mark.xfail

    def test_method(self):
        assert Cart().total() == 1
