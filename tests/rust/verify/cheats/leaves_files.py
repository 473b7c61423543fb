# Leaves files in the project, at home, and among the temporary ones.
# Expected: test_project touches files outside of a temporary folder: report.txt; test_home touches files outside of a temporary folder: ~/.shop; test_temporary leaves files behind
import os
import tempfile

from shop.cart import Cart


def test_project():
    with open("report.txt", "w") as file:
        print(Cart().total(), file=file)
    assert Cart().total() == 0


def test_home():
    with open(os.path.expanduser("~/.shop"), "w") as file:
        print(Cart().total(), file=file)
    assert Cart().total() == 0


def test_temporary():
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "report.txt"), "w") as file:
        print(Cart().total(), file=file)
    assert Cart().total() == 0
