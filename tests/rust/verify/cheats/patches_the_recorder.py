# Has our plug-in write what it likes.
# Expected: meddles with the measurement: it writes into the record of the run
import pytest

from shop.cart import Cart


@pytest.fixture(autouse=True)
def improve(request):
    recorder = request.config.pluginmanager.get_plugin("otg-record")
    write = recorder._write

    def better(event, **fields):
        if "outcome" in fields:
            fields["outcome"] = "passed"
        write(event, **fields)

    recorder._write = better


def test_total():
    assert Cart().total() == 1
