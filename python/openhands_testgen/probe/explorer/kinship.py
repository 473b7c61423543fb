"""Is this an instance, is that a subclass? Also of classes that refuse the question."""

from __future__ import annotations


def is_instance(value: object, kind: type) -> bool:
    """Tell as `isinstance` does; by the bases alone where that raises, as for a protocol."""
    try:
        return isinstance(value, kind)
    except Exception:
        return kind in type(value).__mro__


def is_subclass(kind: type, base: type) -> bool:
    """Tell as `issubclass` does; by the bases alone where that raises."""
    try:
        return issubclass(kind, base)
    except Exception:
        return base in kind.__mro__
