"""Small faults, one at a time, put into a module, to see whether its tests notice.

In process:

    mutants = sample(find_mutants(text), count=60, seed=0)   # in the order of the source
    changed = mutants[0].apply(text)                         # the text with that one fault

`Mutant` says what it is: `id` (the same for the same text, on every Python), `kind`, `line`,
`function` (its `__qualname__`), `description` (`line 12: a < b -> a <= b`). As a script, for
processes that import nothing of ours: `mutate_module.py`, beside this folder.

Kinds: `comparison`, `boolean`, `arithmetic`, `constant` (+1 and -1), `condition` (negated),
`return` (of `None`). Only what runs inside functions is changed, the defaults of their arguments
with it (those are evaluated with the `def`, so they are not in the function's code object). Exactly
one span of the text differs; all lines keep their numbers; the changed text is valid Python.

Left alone, because no test could or should notice: annotations, decorators, strings, overloads,
`if TYPE_CHECKING`, questions about the interpreter's version, the `stacklevel` of a warning,
constants that nothing reads, what the author marks `# pragma: no cover`. Also expressions within
f-strings (their places are not told reliably before Python 3.12) and `case` patterns.

Every import here is relative: load the folder under a name of your own.
"""

from .mutant import Mutant
from .sampling import find_mutants, sample

__all__ = ["Mutant", "find_mutants", "sample"]
