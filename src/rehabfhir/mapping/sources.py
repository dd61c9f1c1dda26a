"""What `from_fhir` takes, made a JSON tree: dict, JSON or XML as bytes or text, a model of fhir.resources."""

from collections.abc import Callable
from typing import Any

import orjson

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue
from rehabfhir.formats import DEFAULT_LIMITS, read
from rehabfhir.formats._json_read import read_plain
from rehabfhir.mapping.fast import is_clean

__all__ = ["Read", "read_source"]

Read = tuple[Any, tuple[Issue, ...], Callable[[str], tuple[int, int] | None] | None, bool]


def read_source(source: Any) -> Read:
    """The tree (None when unreadable), the issues found, where places stand in the text, and whether all its text is clean.

    Raises:
        MisuseError: `source` is nothing that holds a resource.
    """
    if type(source) is bytes and source[:1] == b"{" and len(source) <= DEFAULT_LIMITS.size:
        plain = read_plain(source, DEFAULT_LIMITS)
        if plain is not None:
            return plain, (), lambda place: read(source).position(place), is_clean(source)
    if type(source) is dict:
        return source, (), None, _has_clean_text(source)
    if isinstance(source, (bytes, bytearray, memoryview, str)):
        source = read(source)  # type: ignore[arg-type]
    tree = getattr(source, "tree", None)
    if tree is not None or (hasattr(source, "tree") and hasattr(source, "position")):
        return tree, tuple(source.issues), source.position, _has_clean_text(tree)
    for name in ("model_dump_json", "json"):
        dump = getattr(source, name, None)
        if callable(dump):
            text = dump()
            if isinstance(text, (bytes, str)):
                model = orjson.loads(text)
                return model, (), None, _has_clean_text(model)
    raise MisuseError(
        f"from_fhir takes a dict, JSON or XML as bytes or text, or a fhir.resources model; not {type(source).__name__}"
    )


def _has_clean_text(tree: Any) -> bool:
    try:
        return is_clean(orjson.dumps(tree, default=str))
    except (TypeError, ValueError):
        return False
