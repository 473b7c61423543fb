import os
import tempfile
from pathlib import Path

import pytest

from shop.orders import Order, load, save


@pytest.fixture
def path():
    handle, name = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    yield Path(name)
    os.unlink(name)


def test_saved_orders_come_back(path):
    assert load(save(Order("Ann"), path)).customer == "Ann"
