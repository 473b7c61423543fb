"""Are pytest, unittest, coverage and this plug-in still what they were when the run began?"""

import sys
import types
from collections.abc import Iterator

#: The packages that judge and measure.
JUDGES = frozenset({"_pytest", "pytest", "pluggy", "unittest", "coverage"})
#: How the modules of this plug-in begin.
OURS = "otg_"

#: What was found: the object, and its code where it is a function.
Found = tuple[object, object]


class Integrity:
    """The functions and classes of those packages as they were, and what has changed since."""

    def __init__(self) -> None:
        self._known = dict(parts())

    def changes(self) -> list[str]:
        """The dotted names of what is not what it was; each is told once."""
        changed: list[str] = []
        for name, module in list(sys.modules.items()):
            if is_judge(name):
                changed.extend(self._changes_of(name, vars(module)))
        return changed

    def _changes_of(self, owner: str, members: "dict[str, object]") -> Iterator[str]:
        for name, value in list(members.items()):
            known = self._known.get((owner, name))
            if known is None:
                continue
            if known[0] is not value or known[1] is not code_of(value):
                self._known[owner, name] = (value, code_of(value))
                yield f"{owner}.{name}"
            elif isinstance(value, type) and value.__module__ == owner:
                inner = dict(vars(value))
                yield from self._changes_of(f"{owner}.{name}", inner)


def is_judge(module: str) -> bool:
    """Whether a module belongs to what judges and measures."""
    return module.partition(".")[0] in JUDGES or module.startswith(OURS)


def parts() -> "Iterator[tuple[tuple[str, str], Found]]":
    """Every function and class that the modules loaded so far define, by owner and name."""
    for name, module in list(sys.modules.items()):
        if is_judge(name) and isinstance(module, types.ModuleType):
            yield from parts_of(name, vars(module))


def parts_of(owner: str, members: "dict[str, object]") -> "Iterator[tuple[tuple[str, str], Found]]":
    """Those of one module or class."""
    for name, value in list(members.items()):
        if not callable(value) and not isinstance(value, (staticmethod, classmethod, property)):
            continue
        if not is_judge(str(getattr(value, "__module__", owner))):
            continue  # borrowed, as the clock is: others may have reason to replace it
        yield (owner, name), (value, code_of(value))
        if isinstance(value, type) and value.__module__ == owner:
            yield from parts_of(f"{owner}.{name}", dict(vars(value)))


def code_of(value: object) -> object:
    """What a function runs."""
    return value.__code__ if isinstance(value, types.FunctionType) else None
