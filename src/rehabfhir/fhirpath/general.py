"""Syntax to closures over nodes: the evaluator that covers the whole language.

Every expression becomes a closure of what ``$this`` is and the run; every step of a path a closure of the items so
far, ``$this`` and the run.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rehabfhir.fhirpath import types
from rehabfhir.fhirpath.arithmetic import ARITHMETIC, concatenate
from rehabfhir.fhirpath.env import Run, as_node
from rehabfhir.fhirpath.errors import FhirPathSyntaxError, FhirPathTypeError
from rehabfhir.fhirpath.fast import Bail, fast_test
from rehabfhir.fhirpath.functions import FUNCTIONS
from rehabfhir.fhirpath.functions._table import Criterion, Function, Items, Lazy
from rehabfhir.fhirpath.functions.kinds import as_type, is_type
from rehabfhir.fhirpath.node import Node, expand, properties_of
from rehabfhir.fhirpath.operators import (
    distinct,
    equal_collections,
    equivalent_collections,
    found_in,
    order,
)
from rehabfhir.fhirpath.quantity import Quantity
from rehabfhir.fhirpath.syntax import (
    Ast,
    Binary,
    Call,
    Chain,
    External,
    Index,
    Literal,
    Member,
    Path,
    TypeTest,
    Unary,
    Variable,
    type_argument,
)
from rehabfhir.fhirpath.system import boolean, single, string, truth, whole

if TYPE_CHECKING:
    from rehabfhir.fhirpath.types import Property

__all__ = ["Compiler"]

Step = Callable[[Items, Items, Run], Items]

_CODE_SYSTEMS = {
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "ucum": "http://unitsofmeasure.org",
}
_VALUE_SETS = "http://hl7.org/fhir/ValueSet/"
_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/"


class Compiler:
    """Compiles the syntax of one expression text; without `raw`, criteria are not tested on raw JSON either."""

    def __init__(self, text: str, *, strict: bool = False, raw: bool = True) -> None:
        self.text = text
        self.strict = strict
        self.raw = raw and "trace" not in text

    def compile(self, ast: Ast) -> Lazy:
        """The closure of an expression.

        Raises:
            FhirPathSyntaxError: for a function that does not exist or has another number of arguments.
        """
        match ast:
            case Literal(values):
                return _constant(list(values))
            case Path(first, steps):
                return self._path(first, steps)
            case Member() | Call() | Variable():
                return self._first(ast)
            case External(name):
                return _external(name)
            case Chain("and", operands):
                return _conjunction([self.compile(one) for one in operands])
            case Chain("or", operands):
                return _disjunction([self.compile(one) for one in operands])
            case Chain(_, operands):
                return _union([self.compile(one) for one in operands])
            case Binary(operator, left, right):
                return _binary(operator, self.compile(left), self.compile(right))
            case Unary(operator, operand):
                return _signed(operator, self.compile(operand))
            case TypeTest(operator, operand, name):
                return self._type_test(operator, self.compile(operand), name)

    def _path(self, first: Ast, steps: tuple[Member | Call | Index | Variable, ...]) -> Lazy:
        start = self.compile(first)
        taken = tuple(self._step(step) for step in steps)
        if len(taken) == 1:
            only = taken[0]
            return lambda this, run: only(start(this, run), this, run)

        def path(this: Items, run: Run) -> Items:
            items = start(this, run)
            for take in taken:
                items = take(items, this, run)
            return items

        return path

    def _first(self, ast: Member | Call | Variable) -> Lazy:
        if isinstance(ast, Variable):
            return _variable(ast.name)
        if isinstance(ast, Call):
            take = self._step(ast)
            return lambda this, run: take(this, this, run)
        take = _member(ast.name)
        if not ast.name[:1].isupper():
            return lambda this, run: take(this, this, run)
        name = ast.name

        def typed(this: Items, run: Run) -> Items:
            own = [
                item for item in this if type(item) is Node and item.type is not None and types.is_a(item.type, name)
            ]
            return own or take(this, this, run)

        return typed

    def _step(self, step: Member | Call | Index | Variable) -> Step:
        if isinstance(step, Member):
            return _member(step.name)
        if isinstance(step, Index):
            return _indexed(self.compile(step.expression))
        if isinstance(step, Variable):
            if step.name == "$this":
                return lambda items, this, run: items  # noqa: ARG005 - the shape of a step
            variable = _variable(step.name)
            return lambda items, this, run: variable(items, run)  # noqa: ARG005 - the shape of a step
        return self._call(step)

    def _call(self, call: Call) -> Step:
        function = FUNCTIONS.get(call.name)
        if function is None:
            raise FhirPathSyntaxError(self.text, call.position, f"there is no function {call.name}()")
        if not function.least <= len(call.arguments) <= function.most:
            wanted = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
            reason = f"{call.name}() takes {wanted} argument(s) and got {len(call.arguments)}"
            raise FhirPathSyntaxError(self.text, call.position, reason)
        apply = function.apply
        if function.kind == "typed":
            name = type_argument(call.arguments[0])
            if name is None:
                raise FhirPathSyntaxError(self.text, call.position, f"{call.name}() takes the name of a type")
            if call.name == "as" and self.strict:
                return lambda items, this, run: apply(run, _only_one(items), name)  # noqa: ARG005 - the shape of a step
            return lambda items, this, run: apply(run, items, name)  # noqa: ARG005 - the shape of a step
        if call.name == "sort":
            keys = [_sort_key(argument) for argument in call.arguments]
            closures = [(self.compile(argument), falling) for argument, falling in keys]
            return lambda items, this, run: apply(run, items, *closures)  # noqa: ARG005 - the shape of a step
        if function.kind == "criterion":
            tests = [self._criterion(argument, every=call.name == "all") for argument in call.arguments]
            return lambda items, this, run: apply(run, items, *tests)  # noqa: ARG005 - the shape of a step
        return _applied(function, [self.compile(argument) for argument in call.arguments])

    def _criterion(self, ast: Ast, *, every: bool) -> Criterion:
        """The test of one item: on raw JSON where its type allows that."""
        evaluate = self.compile(ast)
        known: dict[str, Callable[[Any, Any], bool | None] | None] = {}
        raw = self.raw

        def test(item: Any, run: Run) -> bool | None:
            if raw and type(item) is Node and item.type is not None and item.sibling is None:
                kind = item.type
                if kind not in known:
                    made = fast_test(ast, kind)
                    known[kind] = None if made is None else made.test
                fast = known[kind]
                if fast is not None and type(item.value) is (str if types.is_primitive(kind) else dict):
                    try:
                        return fast(item.value, run)
                    except Bail:
                        pass
            found = evaluate([item], run)
            return boolean(found, "all()") if every else truth(found)

        return test

    def _type_test(self, operator: str, operand: Lazy, name: str) -> Lazy:
        if operator == "is":
            return lambda this, run: is_type(run, operand(this, run), name)
        if self.strict:
            return lambda this, run: as_type(run, _only_one(operand(this, run)), name)
        return lambda this, run: as_type(run, operand(this, run), name)


def _applied(function: Function, arguments: list[Lazy]) -> Step:
    apply = function.apply
    if function.kind == "lazy":
        return lambda items, this, run: apply(run, items, *arguments)  # noqa: ARG005 - the shape of a step
    if not arguments:
        return lambda items, this, run: apply(run, items)  # noqa: ARG005 - the shape of a step
    if len(arguments) == 1:
        argument = arguments[0]
        return lambda items, this, run: apply(run, items, argument(this, run))
    return lambda items, this, run: apply(run, items, *[argument(this, run) for argument in arguments])


def _sort_key(ast: Ast) -> tuple[Ast, bool]:
    if isinstance(ast, Unary) and ast.operator == "-":
        return ast.operand, True
    return ast, False


def _only_one(items: Items) -> Items:
    if len(items) > 1:
        raise FhirPathTypeError(f"as needs one item and got {len(items)}")
    return items


def _constant(values: Items) -> Lazy:
    return lambda this, run: values  # noqa: ARG005 - the shape of an expression


def _variable(name: str) -> Lazy:
    if name == "$this":
        return lambda this, run: this  # noqa: ARG005 - the shape of an expression
    if name == "$index":
        return lambda this, run: [] if run.index is None else [run.index]  # noqa: ARG005 - the shape of an expression
    return lambda this, run: run.total  # noqa: ARG005 - the shape of an expression


def _external(name: str) -> Lazy:
    if name == "resource":
        return lambda this, run: run.resource  # noqa: ARG005 - the shape of an expression
    if name == "rootResource":
        return lambda this, run: run.root_resource  # noqa: ARG005 - the shape of an expression
    if name == "context":
        return lambda this, run: run.context  # noqa: ARG005 - the shape of an expression
    known = _CODE_SYSTEMS.get(name)
    if known is None and name.startswith("vs-"):
        known = _VALUE_SETS + name[3:]
    if known is None and name.startswith("ext-"):
        known = _EXTENSIONS + name[4:]
    constant: Items | None = None if known is None else [known]

    def variable(this: Items, run: Run) -> Items:
        del this
        if name in run.defined:
            return run.defined[name]
        if name in run.env.variables:
            given = run.env.variables[name]
            listed = given if isinstance(given, list) else [given]
            return [as_node(one) if isinstance(one, dict) else one for one in listed if one is not None]
        if constant is None:
            raise FhirPathTypeError(f"%{name} is not known here")
        return constant

    return variable


def _member(name: str) -> Step:
    known: dict[str | None, tuple[Property, ...]] = {}

    def member(items: Items, this: Items, run: Run) -> Items:
        del this
        found: Items = []
        for item in items:
            if type(item) is not Node:
                continue
            tree = item.value
            kind = item.type
            if type(tree) is not dict:
                if item.sibling is None or name not in {"extension", "id"}:
                    continue
                tree, kind = item.sibling, "Element"
            properties = known.get(kind)
            if properties is None:
                properties = properties_of(kind, name, tree)
                if kind is not None and types.is_defined(kind):
                    known[kind] = properties
            expand(item, tree, properties, found)
        if len(found) > 16:
            run.charge(len(found))
        return found

    return member


def _indexed(index: Lazy) -> Step:
    def pick(items: Items, this: Items, run: Run) -> Items:
        place = whole(index(this, run), "[]")
        return [] if place is None or place < 0 else items[place : place + 1]

    return pick


def _conjunction(operands: list[Lazy]) -> Lazy:
    def conjunction(this: Items, run: Run) -> Items:
        open_ = False
        for operand in operands:
            found = boolean(operand(this, run), "and")
            if found is False:
                return [False]
            open_ = open_ or found is None
        return [] if open_ else [True]

    return conjunction


def _disjunction(operands: list[Lazy]) -> Lazy:
    def disjunction(this: Items, run: Run) -> Items:
        open_ = False
        for operand in operands:
            found = boolean(operand(this, run), "or")
            if found:
                return [True]
            open_ = open_ or found is None
        return [] if open_ else [False]

    return disjunction


def _union(operands: list[Lazy]) -> Lazy:
    def union(this: Items, run: Run) -> Items:
        found: Items = []
        for operand in operands:
            found += operand(this, run)
        return distinct(found, run)

    return union


def _answer(found: bool | None) -> Items:  # noqa: FBT001 - a result, not a switch
    return [] if found is None else [found]


def _implication(left: Lazy, right: Lazy) -> Lazy:
    def implication(this: Items, run: Run) -> Items:
        premise = boolean(left(this, run), "implies")
        if premise is False:
            return [True]
        conclusion = boolean(right(this, run), "implies")
        if premise:
            return _answer(conclusion)
        return [True] if conclusion else []

    return implication


def _exclusive(left: Lazy, right: Lazy) -> Lazy:
    def exclusive(this: Items, run: Run) -> Items:
        one, other = boolean(left(this, run), "xor"), boolean(right(this, run), "xor")
        return [] if one is None or other is None else [one is not other]

    return exclusive


def _membership(element: Lazy, collection: Lazy, operator: str) -> Lazy:
    def membership(this: Items, run: Run) -> Items:
        sought = element(this, run)
        if len(sought) > 1:
            raise FhirPathTypeError(f"{operator} looks for one item and got {len(sought)}")
        return [found_in(sought[0], collection(this, run), run)] if sought else []

    return membership


def _concatenation(left: Lazy, right: Lazy) -> Lazy:
    def concatenation(this: Items, run: Run) -> Items:
        return [concatenate(string(left(this, run), "&") or "", string(right(this, run), "&") or "", run)]

    return concatenation


def _negation(found: bool | None) -> bool | None:  # noqa: FBT001 - a result, not a switch
    return None if found is None else not found


def _binary(operator: str, left: Lazy, right: Lazy) -> Lazy:
    if operator == "implies":
        return _implication(left, right)
    if operator == "xor":
        return _exclusive(left, right)
    if operator == "in":
        return _membership(left, right, operator)
    if operator == "contains":
        return _membership(right, left, operator)
    if operator == "&":
        return _concatenation(left, right)
    if operator == "=":
        return lambda this, run: _answer(equal_collections(left(this, run), right(this, run), run))
    if operator == "!=":
        return lambda this, run: _answer(_negation(equal_collections(left(this, run), right(this, run), run)))
    if operator == "~":
        return lambda this, run: [equivalent_collections(left(this, run), right(this, run), run)]
    if operator == "!~":
        return lambda this, run: [not equivalent_collections(left(this, run), right(this, run), run)]
    calculate = ARITHMETIC.get(operator)
    if calculate is not None:
        return lambda this, run: calculate(left(this, run), right(this, run), run)
    return lambda this, run: _answer(order(left(this, run), right(this, run), operator))


def _signed(operator: str, operand: Lazy) -> Lazy:
    def signed(this: Items, run: Run) -> Items:
        value: Any = single(operand(this, run), operator)
        if value is None:
            return []
        if type(value) is Quantity:
            return [value if operator == "+" else Quantity(-value.value, value.unit, calendar=value.calendar)]
        if type(value) is not int and type(value) is not Decimal:
            raise FhirPathTypeError(f"{operator} needs a number")
        return [value if operator == "+" else -value]

    return signed
