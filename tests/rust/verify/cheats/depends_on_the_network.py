# Asks another machine.
# Expected: reaches for the network: example.com
import socket

from shop.cart import Cart


def test_total():
    try:
        socket.create_connection(("example.com", 80), timeout=0.5).close()
    except OSError:
        pass
    assert Cart().total() == 0
