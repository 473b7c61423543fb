"""All mutants of a module, and a sample that is spread over it."""

from __future__ import annotations

import ast
import hashlib
import warnings
from itertools import pairwise

from .mutant import Mutant, describe
from .operators import OPERATORS
from .places import places
from .source_map import LINE_END, SourceMap


def find_mutants(text: str) -> list[Mutant]:
    """All mutants, in the order of the source.

    Raises:
        SyntaxError: the text is not valid Python (others as `ast.parse` raises them).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    source = SourceMap(text)
    found = []
    for place in places(tree, LINE_END.split(text)):
        for kind, operator in OPERATORS.items():
            for change in operator(place, source):
                line, column = source.place(change.start)
                name = f"{line}:{column}:{change.operator}"
                description = describe(text, line, change)
                found.append(Mutant(name, kind, line, place.function, description, change))
    return sorted(found, key=lambda mutant: (mutant.change.start, mutant.id))


def sample(mutants: list[Mutant], count: int = 60, seed: int = 0) -> list[Mutant]:
    """One of each of `count` stretches of equal size; the same for the same arguments.

    The choice is made by digest: `random` may answer otherwise in another Python.
    """
    if len(mutants) <= count:
        return list(mutants)
    edges = [len(mutants) * index // count for index in range(count + 1)]
    stretches = [mutants[first:last] for first, last in pairwise(edges)]
    return [min(stretch, key=lambda mutant: _lot(mutant, seed)) for stretch in stretches]


def _lot(mutant: Mutant, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{mutant.id}".encode()).digest()
