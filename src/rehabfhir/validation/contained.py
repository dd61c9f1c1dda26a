"""Contained resources that nothing refers to (dom-3, as it is meant: https://hl7.org/fhir/R4/references.html#contained)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["orphans"]


def orphans(run: "Run") -> Iterator[tuple[str, str]]:
    """Location and id of each contained resource that neither the resource nor, by way of another one, the resource's own references reach."""
    pointing: dict[str, set[str]] = {}
    for resource, inner in run.nested:
        id_ = resource.get("id")
        if isinstance(id_, str):
            pointing.setdefault(id_, set()).update(inner.refs)
    reached = set(run.refs)
    waiting = list(reached)
    # a contained resource that refers to its container with "#" belongs to it
    starts = [id_ for id_, refs in pointing.items() if "" in refs]
    reached.update(starts)
    waiting.extend(starts)
    while waiting:
        for id_ in pointing.get(waiting.pop(), ()):
            if id_ not in reached:
                reached.add(id_)
                waiting.append(id_)
    for index, (resource, _) in enumerate(run.nested):
        if not resource:
            continue  # its form is broken, which is reported
        id_ = resource.get("id")
        if not isinstance(id_, str) or id_ not in reached:
            yield f"{run.location}.contained[{index}]", str(id_)
