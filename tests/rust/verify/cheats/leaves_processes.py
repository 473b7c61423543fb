# Leaves a process running.
# Expected: leaves processes running
import subprocess
import sys

from shop.cart import Cart


def test_total():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    assert Cart().total() == 0
