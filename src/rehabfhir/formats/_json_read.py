"""FHIR JSON to a tree: exact numbers, no member swallowed.

orjson takes the last of two members of one name without a word, and forgets the digits of ``1.10``. What it reads is
trusted when writing it again gives the same bytes, which is so for nearly everything that a program wrote; the rest is
read by the standard library's decoder with two hooks: docs/decisions.md.
"""

import json
import re
from typing import Any

import orjson

from rehabfhir.findings import Issue
from rehabfhir.formats._decode import line_and_column
from rehabfhir.formats._numbers import number
from rehabfhir.formats._scan import scan
from rehabfhir.formats.limits import Limits

__all__ = ["read_json", "read_plain"]

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = " \t\r\n"


class _DuplicateKeyFound(Exception):  # noqa: N818 - leaves the decoder at the first one
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise _DuplicateKeyFound
    return tree


def _first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in pairs:
        tree.setdefault(key, value)
    return tree


def _constant(_: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON numbers")


def _decoder(hook: Any) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=hook, parse_float=number, parse_int=number, parse_constant=_constant)


_ONCE = _decoder(_once)
_FIRST = _decoder(_first)


_PLAIN_DEPTH = 254  # orjson writes nothing deeper


def read_plain(raw: bytes, limits: Limits) -> dict[str, Any] | None:
    """The object that `raw` holds, when orjson's reading of it is certain to be faithful; else None.

    A member that stood twice, a number whose digits were lost or an escape would change the bytes written again.
    """
    if limits.depth < _PLAIN_DEPTH:
        return None
    try:
        tree = orjson.loads(raw)
        again = orjson.dumps(tree, option=0 if raw[1:2] == b'"' else orjson.OPT_INDENT_2)
    except (ValueError, TypeError):
        return None
    return tree if type(tree) is dict and again == raw.rstrip() else None


def read_json(text: str, limits: Limits) -> tuple[Any, list[Issue]]:
    """The value that `text` holds, and what was found; the value is None when there is a fatal issue."""
    try:
        tree = _ONCE.decode(text)
    except (ValueError, RecursionError, _DuplicateKeyFound):
        return _explain(text, limits)
    if not _shallow(text, tree, limits.depth) or ("\\u" in text and _SURROGATE.search(text)):
        return _explain(text, limits)
    return tree, []


def _shallow(text: str, tree: Any, limit: int) -> bool:
    """Whether no more than `limit` objects and arrays stand inside each other."""
    if text.count("{") + text.count("[") <= limit:
        return True
    depth = 0
    level = [tree]
    while level:
        depth += 1
        if depth > limit + 1:
            return False
        level = [
            value
            for node in level
            for value in (node.values() if type(node) is dict else node)
            if type(value) is dict or type(value) is list
        ]
    return depth <= limit


def _explain(text: str, limits: Limits) -> tuple[Any, list[Issue]]:
    """Find by a scan of our own what the decoder stumbled over, and where."""
    found = scan(text, depth=limits.depth)
    problem = found.problem
    if problem is not None:
        line, column = line_and_column(text, problem.offset)
        deep = problem.rule == "too-deep"
        message = f"not readable as JSON: {problem.message}"
        path = "" if deep else problem.path
        return None, [Issue("fatal", "too-long" if deep else "invalid", message, path, line, column, problem.rule)]
    tree = _FIRST.decode(text)
    issues = []
    for path, offset in found.duplicates:
        line, column = line_and_column(text, offset)
        message = "the property stands twice in one object; the first is used: remove one"
        issues.append(Issue("error", "invalid", message, path.rpartition(".")[0], line, column, "duplicate-property"))
    return tree, issues
