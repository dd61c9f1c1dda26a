"""The abstract syntax of FHIRPath: what the parser gives and the compilers read."""

from dataclasses import dataclass
from typing import Any

__all__ = [
    "Ast",
    "Binary",
    "Call",
    "Chain",
    "External",
    "Index",
    "Literal",
    "Member",
    "Path",
    "TypeTest",
    "Unary",
    "Variable",
    "type_argument",
]


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal, or the empty collection when `values` is empty."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A name: a child element, or at the start of a path perhaps the type of the context."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, unevaluated."""

    name: str
    arguments: "tuple[Ast, ...]"
    position: int


@dataclass(frozen=True, slots=True)
class Variable:
    """``$this``, ``$index`` or ``$total``."""

    name: str


@dataclass(frozen=True, slots=True)
class External:
    """``%name``."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Index:
    """``[expression]``, as a step of a path."""

    expression: "Ast"


@dataclass(frozen=True, slots=True)
class Path:
    """A term and the steps taken from it: members, calls, indexers."""

    first: "Ast"
    steps: "tuple[Member | Call | Index | Variable, ...]"


@dataclass(frozen=True, slots=True)
class Unary:
    """``+`` or ``-`` before an expression."""

    operator: str
    operand: "Ast"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions and an operator that does not chain."""

    operator: str
    left: "Ast"
    right: "Ast"


@dataclass(frozen=True, slots=True)
class Chain:
    """Two or more operands of one associative operator: ``and``, ``or``, ``|``."""

    operator: str
    operands: "tuple[Ast, ...]"


@dataclass(frozen=True, slots=True)
class TypeTest:
    """``expression is Type`` or ``expression as Type``; the type may carry its namespace (``System.String``)."""

    operator: str
    operand: "Ast"
    type: str
    position: int


Ast = Literal | Member | Call | Variable | External | Path | Unary | Binary | Chain | TypeTest


def type_argument(ast: Ast) -> str | None:
    """The type that an argument names (``Quantity``, ``FHIR.Quantity``), None when it is no name."""
    if isinstance(ast, Member):
        return ast.name
    if isinstance(ast, Path) and isinstance(ast.first, Member) and all(isinstance(step, Member) for step in ast.steps):
        return ".".join([ast.first.name, *(step.name for step in ast.steps if isinstance(step, Member))])
    return None
