"""What is known of a value from the source alone."""

from __future__ import annotations

import ast

#: Python refuses to print integers of more than some thousand digits.
LARGEST_BITS = 1_000
#: How many operands of a sum are looked at.
LONGEST_CHAIN = 20
TEXT = (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp, ast.Dict, ast.DictComp)


def neighbours(value: object) -> list[tuple[str, int | float]]:
    """A number one more and one less, named."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return []
    if isinstance(value, int) and value.bit_length() > LARGEST_BITS:
        return []
    if value + 1 == value:
        return []
    return [("plus-one", value + 1), ("minus-one", value - 1)]


def is_text(node: ast.expr) -> bool:
    """Plainly no number: arithmetic but its own only raises, which says nothing of the tests."""
    for _ in range(LONGEST_CHAIN):
        if not isinstance(node, ast.BinOp):
            break
        if is_text(node.right):
            return True
        node = node.left
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes))
    return isinstance(node, TEXT)
