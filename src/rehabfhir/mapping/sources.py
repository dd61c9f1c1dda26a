"""What `from_fhir` takes, made a JSON tree: dict, JSON or XML as bytes or text, a model of fhir.resources."""

from collections.abc import Callable
from typing import Any

import orjson

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue
from rehabfhir.mapping.fast import is_clean

__all__ = ["Read", "read_source"]

Read = tuple[Any, tuple[Issue, ...], Callable[[str], tuple[int, int] | None] | None, bool]


def read_source(source: Any) -> Read:
    """The tree (None when unreadable), the issues found, where places stand in the text, and whether all its text is clean.

    Raises:
        MisuseError: `source` is nothing that holds a resource.
    """
    if type(source) is dict:
        try:
            clean = is_clean(orjson.dumps(source, default=str))
        except (TypeError, ValueError):
            clean = False
        return source, (), None, clean
    if isinstance(source, (bytes, bytearray, memoryview, str)):
        from rehabfhir.formats import read  # noqa: PLC0415 - only for text

        found = read(source)  # type: ignore[arg-type]
        raw = found.raw
        clean = found.format == "json" and is_clean(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"))
        return found.tree, found.issues, found.position, clean
    tree = getattr(source, "tree", None)
    if tree is not None or (hasattr(source, "tree") and hasattr(source, "position")):
        return tree, tuple(source.issues), source.position, False
    for name in ("model_dump_json", "json"):
        dump = getattr(source, name, None)
        if callable(dump):
            text = dump()
            if isinstance(text, (bytes, str)):
                return orjson.loads(text), (), None, False
    raise MisuseError(
        f"from_fhir takes a dict, JSON or XML as bytes or text, or a fhir.resources model; not {type(source).__name__}"
    )
