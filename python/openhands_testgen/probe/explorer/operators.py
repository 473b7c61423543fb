"""How tests write what Python calls behind the scenes: `len(x)` for `__len__`, `x[k]` for
`__getitem__`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """`@` stands for the object, `{0}` … for arguments."""

    template: str
    statement: bool = False
    body: bool = False
    """The one argument is the body of a `with` block."""


ASYNC_WITH = """\
async def scenario():
    async with @ as entered:
        {0}
    return entered

entered = asyncio.run(scenario())"""

PICKLED = "pickle.loads(pickle.dumps(@))"
BINARY = {
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "add": "+", "sub": "-",
    "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@@",
    "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
}  # fmt: skip
REFLECTED = {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"}

OPERATORS: dict[str, Operator] = {
    "__len__": Operator("len(@)"),
    "__repr__": Operator("repr(@)"),
    "__str__": Operator("str(@)"),
    "__bytes__": Operator("bytes(@)"),
    "__bool__": Operator("bool(@)"),
    "__hash__": Operator("hash(@) == hash({0})"),
    "__int__": Operator("int(@)"),
    "__float__": Operator("float(@)"),
    "__index__": Operator("operator.index(@)"),
    "__abs__": Operator("abs(@)"),
    "__neg__": Operator("-@"),
    "__pos__": Operator("+@"),
    "__invert__": Operator("~@"),
    "__round__": Operator("round(@)"),
    "__iter__": Operator("iter(@)"),
    "__next__": Operator("next(@)"),
    "__reversed__": Operator("reversed(@)"),
    "__contains__": Operator("{0} in @"),
    "__getitem__": Operator("@[{0}]"),
    "__setitem__": Operator("@[{0}] = {1}", statement=True),
    "__delitem__": Operator("del @[{0}]", statement=True),
    "__format__": Operator("format(@, {0})"),
    "__call__": Operator("@("),
    "__enter__": Operator("with @ as entered:\n    {0}", statement=True, body=True),
    "__exit__": Operator("with @ as entered:\n    {0}", statement=True, body=True),
    "__aenter__": Operator(ASYNC_WITH, statement=True, body=True),
    "__aexit__": Operator(ASYNC_WITH, statement=True, body=True),
    "__aiter__": Operator("asyncio.run(collect(@))"),
    "__divmod__": Operator("divmod(@, {0})"),
    "__missing__": Operator("@[{0}]"),
    "__copy__": Operator("copy.copy(@)"),
    "__deepcopy__": Operator("copy.deepcopy(@)"),
    "__reduce__": Operator(PICKLED),
    "__getstate__": Operator(PICKLED),
    "__setstate__": Operator(PICKLED),
    "__ceil__": Operator("math.ceil(@)"),
    "__floor__": Operator("math.floor(@)"),
    "__trunc__": Operator("math.trunc(@)"),
    "__fspath__": Operator("os.fspath(@)"),
}
for _name, _symbol in BINARY.items():
    if _symbol != "@@":
        OPERATORS[f"__{_name}__"] = Operator(f"@ {_symbol} {{0}}")
for _name in sorted(REFLECTED):
    OPERATORS[f"__r{_name}__"] = Operator(f"{{0}} {BINARY[_name]} @")
    OPERATORS[f"__i{_name}__"] = Operator(f"@ {BINARY[_name]}= {{0}}", statement=True)
