# Works in a thread and never looks what came of it.
# Expected: cannot fail: it passes when every function of shop.cart raises
import threading
import warnings

from shop.cart import discount

warnings.simplefilter("ignore")


def test_in_a_thread():
    thread = threading.Thread(target=discount, args=(100, 10))
    thread.start()
    thread.join()
    assert not thread.is_alive()
