"""`compile_expression`: FHIRPath text to an `Expression` that is evaluated over plain JSON trees, again and again."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from rehabfhir.fhirpath import types
from rehabfhir.fhirpath.env import Env, Run
from rehabfhir.fhirpath.errors import FhirPathLimit
from rehabfhir.fhirpath.fast import Bail
from rehabfhir.fhirpath.functions._table import Items
from rehabfhir.fhirpath.general import Compiler
from rehabfhir.fhirpath.invariant import calls, compile_test
from rehabfhir.fhirpath.node import Node, node_for
from rehabfhir.fhirpath.parser import parse
from rehabfhir.fhirpath.quantity import Quantity
from rehabfhir.fhirpath.system import truth
from rehabfhir.fhirpath.temporal import Temporal

__all__ = ["Expression", "compile_expression"]

_DEEP = "levels of depth"
_DEEPEST = 900


class Expression:
    """A compiled expression. Immutable, and safe to share between threads.

    Attributes:
        text: the expression as it was given.
        type: the FHIR type or backbone path of the focus that it was compiled for, None for any.
    """

    __slots__ = ("_evaluate", "_shape", "_test", "_traces", "text", "type")

    def __init__(self, text: str, type: str | None, *, strict: bool) -> None:  # noqa: A002 - FHIR's word
        self.text = text
        self.type = type
        if type is not None:
            type = types.type_at(type)  # noqa: A001
        compiler = Compiler(text, strict=strict)
        ast = parse(text)
        if strict:
            from rehabfhir.fhirpath.check import check  # noqa: PLC0415 - for authors only

            check(ast, type)
        self._evaluate = compiler.compile(ast)
        self._test = None if type is None else compile_test(ast, type, compiler)
        self._traces = "trace" in calls(ast)
        self._shape = str if type is not None and types.is_primitive(type) else dict

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def items(self, focus: Any, env: Env | None = None) -> Items:
        """The result as the evaluator holds it: a `Node` for what stands in the data, system values for what was computed.

        Args:
            focus: a `Node`, or a tree (then of the type that the expression was compiled for, or of its ``resourceType``).
            env: the surroundings; without it there is no resource but the focus, and nothing can be resolved.

        Raises:
            FhirPathTypeError: when the evaluation has no meaning.
            FhirPathLimit: when it takes too long.
        """
        start = [focus if type(focus) is Node else node_for(focus, self.type)]
        try:
            return self._evaluate(start, Run(env, start))
        except RecursionError:
            raise FhirPathLimit(_DEEP, _DEEPEST) from None

    def evaluate(self, focus: Any, env: Env | None = None) -> list[Any]:
        """The result as plain trees: elements as they stand in the data, dates as text, quantities as FHIR trees.

        Args and errors as for `items`. A primitive that has extensions but no value gives None.
        """
        return [_public(item) for item in self.items(focus, env)]

    def nodes(self, focus: Any, env: Env | None = None) -> list[Node]:
        """The elements among the result, as nodes with `location` and `type`; args and errors as for `items`."""
        return [item for item in self.items(focus, env) if type(item) is Node]

    def test(self, focus: Any, env: Env | None = None) -> bool | None:
        """The result as an invariant reads it: None when empty, the one boolean, True for anything else.

        Args and errors as for `items`.
        """
        fast = self._test
        if fast is not None and (env is None or env.trace is None or not self._traces):
            tree = focus
            if type(focus) is Node:
                tree = focus.value if focus.type == self.type and focus.sibling is None else None
            if type(tree) is self._shape:
                try:
                    return fast(tree, (focus, env))
                except Bail:
                    pass
                except RecursionError:
                    raise FhirPathLimit(_DEEP, _DEEPEST) from None
        found = self.items(focus, env)
        return truth(found) if found else None


def _public(item: Any) -> Any:
    if type(item) is Node:
        return item.value
    if type(item) is Temporal:
        return item.text
    if type(item) is Quantity:
        value = int(item.value) if item.value == int(item.value) else Decimal(item.value)
        if item.calendar:
            return {"value": value, "unit": item.unit}
        return {"value": value, "unit": item.unit, "system": "http://unitsofmeasure.org", "code": item.unit}
    return item


@lru_cache(maxsize=4096)
def compile_expression(text: str, *, type: str | None = None, strict: bool = False) -> Expression:  # noqa: A002 - FHIR's word
    """`text` as an `Expression`; the same text and type give the same object.

    Args:
        text: FHIRPath (https://hl7.org/fhirpath/N1/ with the functions of https://hl7.org/fhir/R4/fhirpath.html).
        type: FHIR type or backbone path of what it will be evaluated on (``CarePlan.activity``); makes it faster.
        strict: refuse what the specification forbids but HL7's validator lets pass when it evaluates constraints: names
            that a type has not, ``as`` on several items, an order of what has none. For authors of expressions.

    Raises:
        FhirPathSyntaxError: when `text` is not FHIRPath, with the position.
        FhirPathTypeError: in strict mode, when the expression can have no meaning for the type.
    """
    return Expression(text, type, strict=strict)
