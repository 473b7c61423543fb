# Makes coverage keep more than it saw.
# Expected: meddles with the measurement: it replaces coverage.
import coverage.sqldata

import shop.cart

add_arcs = coverage.sqldata.CoverageData.add_arcs


def more(self, arcs):
    path = shop.cart.__file__
    add_arcs(self, {**arcs, path: {(line, line + 1) for line in range(1, 30)}})


coverage.sqldata.CoverageData.add_arcs = more


def test_total():
    assert shop.cart.Cart().total() == 0
