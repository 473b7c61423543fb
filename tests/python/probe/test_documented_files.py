"""The files that docs/local-agent.md shows are what the embedded agent writes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from .conftest import Explore

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/local-agent.md"
SHOWN = re.compile(r"<!-- written for: (\S+) -->\n\n```python\n(.*?)```\n", re.DOTALL)


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the page is of Python 3.11")
@pytest.mark.parametrize("name", ["shop.stock", "shop.cart"])
def test_a_documented_file_is_as_it_comes_out(explore: Explore, name: str) -> None:
    shown = dict(SHOWN.findall(PAGE.read_text(encoding="utf-8")))
    source = (ROOT / "examples/shop/src" / f"{name.replace('.', '/')}.py").read_text()
    assert explore(source, name, budget_seconds=15.0).text == shown[name]
