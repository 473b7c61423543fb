import doctest

from shop import orders


def test_examples_of_the_docstrings():
    results = doctest.testmod(orders)
    assert results.attempted > 0
    assert results.failed == 0
