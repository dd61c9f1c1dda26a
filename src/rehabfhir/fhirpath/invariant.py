"""Invariants as boolean closures: on raw JSON where the definitions resolve them, by the general evaluator elsewhere."""

from typing import Any

from rehabfhir.fhirpath.env import Env, Run
from rehabfhir.fhirpath.fast import Closure, Fast, combined, fast_test
from rehabfhir.fhirpath.general import Compiler
from rehabfhir.fhirpath.node import Node, node_for
from rehabfhir.fhirpath.syntax import (
    Ast,
    Binary,
    Call,
    Chain,
    External,
    Literal,
    Member,
    Path,
    TypeTest,
    Unary,
    Variable,
)
from rehabfhir.fhirpath.system import boolean

__all__ = ["calls", "compile_test"]

_MOMENTARY = {"now", "today", "timeOfDay"}


def compile_test(ast: Ast, type_name: str, compiler: Compiler) -> Closure | None:
    """The boolean closure of an invariant, None when nothing of it can be made fast.

    The closure takes a tree of the type and the pair of focus node and environment that the general evaluator is given
    for the operands left to it; it raises `Bail` when the data calls for the general evaluator altogether.
    """
    if calls(ast) & _MOMENTARY:
        return None
    found, share = _mixed(ast, type_name, compiler)
    return found.test if share else None


def _mixed(ast: Ast, type_name: str, compiler: Compiler) -> tuple[Fast, bool]:
    """The closure, with the general evaluator below the logic where it must be; and whether anything in it is fast."""
    fast = fast_test(ast, type_name)
    if fast is not None:
        return fast, True
    if isinstance(ast, Chain) and ast.operator in {"and", "or"}:
        parts = [_mixed(one, type_name, compiler) for one in ast.operands]
        return combined(ast.operator, [part for part, _ in parts]), any(share for _, share in parts)
    if isinstance(ast, Binary) and ast.operator in {"implies", "xor"}:
        parts = [_mixed(one, type_name, compiler) for one in (ast.left, ast.right)]
        return combined(ast.operator, [part for part, _ in parts]), any(share for _, share in parts)
    evaluate = compiler.compile(ast)

    def general(_tree: Any, call: tuple[Any, Env | None]) -> bool | None:
        focus, env = call
        start = [focus if type(focus) is Node else node_for(focus, type_name)]
        return boolean(evaluate(start, Run(env, start)), "a boolean operator")

    return Fast(general, total=False), False


def calls(ast: Ast) -> set[str]:
    """The names of all functions that an expression calls."""
    match ast:
        case Call(name, arguments):
            return {name}.union(*map(calls, arguments))
        case Path(first, steps):
            return calls(first).union(
                *(calls(step.expression if hasattr(step, "expression") else step) for step in steps)
            )
        case Chain(_, operands):
            return set().union(*map(calls, operands))
        case Binary(_, left, right):
            return calls(left) | calls(right)
        case Unary(_, operand) | TypeTest(_, operand):
            return calls(operand)
        case Literal() | Member() | External() | Variable():
            return set()
