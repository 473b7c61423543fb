import subprocess
import sys

from shop.orders import print_version


def test_version():
    assert print_version() == "shop 1.0"


def test_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "shop.orders", "Green Tea"], capture_output=True, text=True
    )
    assert done.stdout == "green-tea\n"


def test_a_process_that_is_ended():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert process.poll() is None
        assert print_version(sys.executable) == "shop 1.0"
    finally:
        process.kill()
        process.wait()
