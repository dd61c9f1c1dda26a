"""A tree to FHIR JSON: UTF-8, members in the order of the tree, numbers to the letter."""

from decimal import Decimal
from typing import Any

import orjson

from rehabfhir.errors import MisuseError

__all__ = ["write_json"]

_MAX_DEPTH = 250


def write_json(tree: Any, *, pretty: bool = False) -> bytes:
    """`tree` as UTF-8 JSON; indented by two spaces when `pretty`. A `Decimal` is written with the digits it came with.

    Raises:
        MisuseError: `tree` holds something that JSON has no form for (NaN, half a surrogate pair, a foreign object).
    """
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE if pretty else 0
    try:
        return orjson.dumps(tree, _special, option)
    except orjson.JSONEncodeError as error:
        try:
            return orjson.dumps(_big_integers(tree, 0), _special, option)
        except orjson.JSONEncodeError:
            raise MisuseError(f"the tree cannot be written as JSON: {error}") from error


def _special(value: Any) -> Any:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError("NaN and Infinity are not JSON numbers")
        return orjson.Fragment(str(value).encode())
    raise TypeError(f"not a JSON value: {type(value).__name__}")


def _big_integers(node: Any, depth: int) -> Any:
    """The tree with integers beyond 64 bits, which orjson does not take, as ready text."""
    if depth > _MAX_DEPTH:
        raise MisuseError(f"the tree is deeper than {_MAX_DEPTH}, or holds itself")
    if type(node) is dict:
        return {key: _big_integers(value, depth + 1) for key, value in node.items()}
    if type(node) is list:
        return [_big_integers(value, depth + 1) for value in node]
    if type(node) is int and node.bit_length() > 63:
        return orjson.Fragment(str(node).encode())
    return node
