"""The document that `from-fhir` writes and `to-fhir` reads: domain JSON, with the source's rest beside it when it has one."""

import json
from collections.abc import Iterable
from typing import Any

from rehabfhir.findings import Issue, Outcome

__all__ = ["read_document", "write_document"]


def write_document(
    outcome: Outcome, tree: Any, *, rest: bool, overlays: Iterable[str] = (), compact: bool = False
) -> bytes:
    """Domain JSON of the values; the rest is left out when the values alone give the source back."""
    from rehabfhir.formats import write_json  # noqa: PLC0415 - only where a document is written
    from rehabfhir.mapping import to_fhir  # noqa: PLC0415
    from rehabfhir.model import dump  # noqa: PLC0415

    text = dump(outcome.values)
    needed = rest and outcome.rest is not None and to_fhir(outcome.values, overlays=overlays) != tree
    if compact:
        document = json.loads(text)
        if needed and outcome.rest is not None:
            document["rest"] = outcome.rest.to_json()
        return write_json(document)
    if not needed or outcome.rest is None:
        return text
    kept = write_json(outcome.rest.to_json())
    return text.rstrip()[:-1].rstrip() + b',\n  "rest": ' + kept + b"\n}\n"


def read_document(data: bytes | str, name: str) -> tuple[Outcome, Any]:
    """The values of a document with their findings, and the `Rest` beside them (None when there is none)."""
    from rehabfhir.errors import MisuseError  # noqa: PLC0415
    from rehabfhir.formats import read  # noqa: PLC0415 - only where a document is read
    from rehabfhir.mapping import Rest  # noqa: PLC0415
    from rehabfhir.model import load  # noqa: PLC0415

    source = read(data, format="json")
    if source.tree is None or not source.ok:
        return Outcome(issues=source.issues), None
    if "resourceType" in source.tree:
        found = Issue(
            "error", "structure", "this is FHIR, and domain JSON was expected; use from-fhir", rule="domain-json"
        )
        return Outcome(issues=(found,)), None
    if "rest" not in source.tree:
        return load(data, source=name), None
    from rehabfhir.formats import write_json  # noqa: PLC0415

    tree = dict(source.tree)
    kept = tree.pop("rest")
    outcome = load(write_json(tree), source=name)
    try:
        return outcome, Rest.from_json(kept)
    except MisuseError as error:
        issue = Issue("error", "structure", str(error), "rest", rule="rest-format", source=name)
        return Outcome(issues=(*outcome.issues, issue)), None
