"""What `from_fhir` takes, made a JSON tree: dict, JSON or XML as bytes or text, a model of fhir.resources."""

from collections.abc import Callable
from typing import Any

import orjson

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue

__all__ = ["Read", "read_source"]

Read = tuple[Any, tuple[Issue, ...], Callable[[str], tuple[int, int] | None] | None]


def read_source(source: Any) -> Read:
    """The tree (None when unreadable), the issues found on the way, and where places stand in the text.

    Raises:
        MisuseError: `source` is nothing that holds a resource.
    """
    if type(source) is dict:
        return source, (), None
    if isinstance(source, (bytes, bytearray, memoryview, str)):
        from rehabfhir.formats import read  # noqa: PLC0415 - only for text

        found = read(source)  # type: ignore[arg-type]
        return found.tree, found.issues, found.position
    tree = getattr(source, "tree", None)
    if tree is not None or (hasattr(source, "tree") and hasattr(source, "position")):
        return tree, tuple(source.issues), source.position
    for name in ("model_dump_json", "json"):
        dump = getattr(source, name, None)
        if callable(dump):
            text = dump()
            if isinstance(text, (bytes, str)):
                return _plain(orjson.loads(text)), (), None
    raise MisuseError(
        f"from_fhir takes a dict, JSON or XML as bytes or text, or a fhir.resources model; not {type(source).__name__}"
    )


def _plain(tree: Any) -> Any:
    """A model's own dump may leave out ``resourceType`` of nothing; what it gives is the tree."""
    return tree
