# Tells coverage that every line has run.
# Expected: meddles with the measurement: it opens the files of the measurement
import sys

import shop.cart


def test_total():
    coverage = sys.modules["coverage"].Coverage.current()
    assert shop.cart.Cart().total() == 0
    if coverage:
        path = shop.cart.__file__
        coverage.get_data().add_arcs({path: [(line, line + 1) for line in range(1, 30)]})
