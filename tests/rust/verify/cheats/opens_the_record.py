# Empties the record of the run.
# Expected: meddles with the measurement: it opens the files of the measurement
import os

from shop.cart import Cart


def test_total():
    for descriptor in os.listdir("/proc/self/fd"):
        path = f"/proc/self/fd/{descriptor}"
        if os.path.exists(path) and "measuring" in os.readlink(path):
            open(path).close()
    assert Cart().total() == 0
