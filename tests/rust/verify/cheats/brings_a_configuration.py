# Brings configuration that would hide lines and add options.
# Expected: test_total fails
from shop.cart import Cart


def test_total():
    assert Cart().total() == 1


# ---- tests/pytest.ini
[pytest]
addopts = --deselect tests/shop/test_cart.py::test_total
# ---- .coveragerc
[report]
exclude_lines = def
# ---- pyproject.toml
[tool.coverage.run]
omit = ["shop/*"]
