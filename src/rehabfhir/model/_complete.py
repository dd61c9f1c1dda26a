"""Completing a built value: missing ids are filled in, known things replace bare references, loose ends are named.

Ids are deterministic. A plan, assessment or procedure takes its id from its first identifier (UUID 5 of system
and value); what stands inside it is numbered under that id; staff and units take a digest of their content, so
that the same unit named twice is one resource. No id is made from a patient's identifier.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, get_args
from uuid import NAMESPACE_URL, uuid5

from rehabfhir.model.base import Model
from rehabfhir.model.link import Linkable, Resource, is_link
from rehabfhir.model.person import NextOfKin, Patient, Staff
from rehabfhir.model.unit import Unit

__all__ = ["complete", "dangling", "link", "shared_key", "unlink"]

_SHARED: dict[type[Linkable], str] = {
    Patient: "Patient",
    NextOfKin: "RelatedPerson",
    Staff: "PractitionerRole",
    Unit: "Organization",
}
"""Kinds of thing that may be named in several places of one value, with the resource kind of their references."""

_NO_LINK = {"reference": None, "reference_type": None, "reference_identifier": None, "reference_display": None}


def complete(root: Any) -> None:
    """Fill in ids and known things inside `root`, a plan, assessment or procedure just built; changes it in place.

    Raises:
        ValueError: when two different things have one id.
    """
    if root.id is None:
        root.__dict__["id"] = _root_id(root)
    respondent = getattr(root, "respondent_patient", None)
    answered_by_patient = respondent is not None and respondent == root.patient
    prefix = root.id
    if len(prefix) > 36:
        prefix = str(uuid5(NAMESPACE_URL, prefix))
    for name in _fields_with_links(type(root)):
        value = getattr(root, name)
        if value is not None:
            root.__dict__[name] = _with_ids(value, f"{prefix}-{name.replace('_', '-')}")
    if answered_by_patient:
        root.__dict__["respondent_patient"] = root.patient
    known = _known((root,))
    for name in _fields_with_links(type(root)):
        value = getattr(root, name)
        if value is not None:
            root.__dict__[name] = _with_known(value, known, ())
    _refuse_namesakes((root,))


def dangling(plan: Any) -> str | None:
    """The first reference inside `plan` that leads to nothing in it, in words; None when all lead somewhere."""
    goals = _keys(plan.goals)
    reasons = _keys(plan.needs) | _keys(plan.diagnoses)
    kin = _keys(plan.next_of_kin)
    measures = _keys(plan.interventions)
    for index, need in enumerate(plan.needs):
        if need.next_of_kin is not None and need.next_of_kin not in kin:
            return f"needs[{index}].next_of_kin names no next of kin of this plan; give the id of one in next_of_kin"
    for index, goal in enumerate(plan.goals):
        if goal.part_of is not None and goal.part_of not in goals:
            return f"goals[{index}].part_of names no goal of this plan; give the id of one in goals"
        if any(key not in reasons for key in goal.addresses):
            return f"goals[{index}].addresses names no need or diagnosis of this plan; give ids from needs or diagnoses"
    for index, measure in enumerate(plan.interventions):
        if any(key not in goals for key in measure.goals):
            return f"interventions[{index}].goals names no goal of this plan; give ids from goals"
        if any(key not in reasons for key in measure.addresses):
            return f"interventions[{index}].addresses names no need or diagnosis of this plan; give ids from needs or diagnoses"
    for index, hand_over in enumerate(plan.hand_overs):
        if any(key not in measures for key in hand_over.ongoing):
            return f"hand_overs[{index}].ongoing names no intervention of this plan; give ids from interventions"
    return None


def link(roots: Iterable[Any]) -> tuple[Any, ...]:
    """The values, with what one of them holds in full put in where another names it by reference alone.

    Raises:
        ValueError: when two different things have one id.
    """
    values = tuple(roots)
    known = _known(values)
    linked = tuple(_with_known(value, known, ()) for value in values)
    _refuse_namesakes(linked)
    return linked


def unlink(roots: Iterable[Any]) -> tuple[Any, ...]:
    """The values, with each thing in full where it stands first and by reference alone after that; undone by `link`."""
    seen: set[str] = set()
    return tuple(_without_repeats(value, seen) for value in roots)


def shared_key(thing: Linkable) -> str | None:
    """The reference by which a thing given in full can be named elsewhere, such as ``Organization/unit-1``."""
    kind = _SHARED.get(type(thing))
    identity = getattr(thing, "id", None)
    return f"{kind}/{identity}" if kind and identity else None


def _keys(things: tuple[Any, ...]) -> set[str]:
    return {key for thing in things for key in (thing.id, thing.reference) if key is not None}


def _root_id(root: Any) -> str:
    identifiers = root.identifiers if hasattr(root, "identifiers") else (root.identifier,)
    for identifier in identifiers:
        if identifier is not None and identifier.value:
            return str(uuid5(NAMESPACE_URL, f"{identifier.system or ''}|{identifier.value}"))
    return str(uuid5(NAMESPACE_URL, _digest(root)))


def _digest(value: Model) -> str:
    return sha256(value.model_dump_json(exclude_none=True).encode()).hexdigest()


def _with_ids(value: Any, path: str) -> Any:
    """`value` with ids on whatever becomes a resource; `path` names its place."""
    if isinstance(value, tuple):
        filled = tuple(_with_ids(each, f"{path}-{index}") for index, each in enumerate(value, 1))
        return value if all(new is old for new, old in zip(filled, value, strict=True)) else filled
    update: dict[str, Any] = {}
    for name in _fields_with_links(type(value)):
        inner = getattr(value, name)
        if inner is None:
            continue
        new = _with_ids(inner, f"{path}-{name.replace('_', '-')}")
        if new is not inner:
            update[name] = new
    if update:
        value = value.model_copy(update=update)
    if not isinstance(value, Resource):
        return value
    if value.id is None and value.reference is None and not is_link(value):
        return value.model_copy(update=_new_ids(value, path))
    if isinstance(value, Staff) and value.person_id is None and value.id is not None:
        return value.model_copy(update={"person_id": _person_id(value)})
    return value


def _new_ids(value: Resource, path: str) -> dict[str, Any]:
    if isinstance(value, Staff):
        return {"id": f"staff-{_digest(value)[:16]}", "person_id": value.person_id or _person_id(value)}
    if isinstance(value, Unit):
        return {"id": f"unit-{_digest(value)[:16]}"}
    return {"id": path[-64:].lstrip("-")}


def _person_id(staff: Staff) -> str:
    person = Staff(identifiers=staff.identifiers, name=staff.name)
    return f"person-{_digest(person)[:16]}"


def _known(roots: Iterable[Any]) -> dict[str, Linkable]:
    """What stands in full in `roots`, by the reference that names it."""
    known: dict[str, Linkable] = {}
    for root in roots:
        for thing in _walk(root):
            key = shared_key(thing)
            if key is not None:
                known.setdefault(key, thing.model_copy(update=_NO_LINK))
    return known


def _refuse_namesakes(roots: Iterable[Any]) -> None:
    known: dict[str, Linkable] = {}
    for root in roots:
        for thing in _walk(root):
            key = shared_key(thing)
            if key is None:
                continue
            bare = thing.model_copy(update=_NO_LINK)
            if known.setdefault(key, bare) != bare:
                raise ValueError(
                    f"two different values of kind {type(thing).__name__} have one id; give each its own, or make them equal"
                )


def _with_known(value: Any, known: dict[str, Linkable], path: tuple[str, ...]) -> Any:
    """`value` with known things in the place of bare references; `path` holds what is being put in, against circles."""
    if isinstance(value, tuple):
        filled = tuple(_with_known(each, known, path) for each in value)
        return value if all(new is old for new, old in zip(filled, value, strict=True)) else filled
    if (
        type(value) in _SHARED
        and isinstance(value, Linkable)
        and value.reference is not None
        and value.reference not in path
    ):
        full = known.get(value.reference)
        if full is not None and type(full) is type(value) and is_link(value):
            path = (*path, value.reference)
            value = full.model_copy(update={"reference_display": value.reference_display})
    update: dict[str, Any] = {}
    for name in _fields_with_links(type(value)):
        inner = getattr(value, name)
        if inner is None:
            continue
        new = _with_known(inner, known, path)
        if new is not inner:
            update[name] = new
    return value.model_copy(update=update) if update else value


def _without_repeats(value: Any, seen: set[str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_without_repeats(each, seen) for each in value)
    if not isinstance(value, Model):
        return value
    if isinstance(value, Linkable):
        key = shared_key(value)
        if (
            key is not None
            and value.reference is None
            and value.reference_type is None
            and value.reference_identifier is None
        ):
            if key in seen:
                return type(value)(reference=key, reference_display=value.reference_display)
            seen.add(key)
    update: dict[str, Any] = {}
    for name in _fields_with_links(type(value)):
        inner = getattr(value, name)
        if inner is None:
            continue
        if name == "next_of_kin" and isinstance(inner, tuple):  # the plan's needs name them by id: they stand in full
            seen |= {key for key in map(shared_key, inner) if key is not None}
            continue
        update[name] = _without_repeats(inner, seen)
    return value.model_copy(update=update) if update else value


def _walk(value: Any) -> Iterator[Linkable]:
    for name in _fields_with_links(type(value)):
        inner = getattr(value, name)
        for each in inner if isinstance(inner, tuple) else (inner,):
            if isinstance(each, Model):
                yield from _walk(each)
    if isinstance(value, Linkable):
        yield value


_LINK_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields_with_links(kind: type[Model]) -> tuple[str, ...]:
    """The fields of `kind` under which a `Resource` may stand."""
    names = _LINK_FIELDS.get(kind)
    if names is None:
        names = _LINK_FIELDS[kind] = _find_fields_with_links(kind)
    return names


def _find_fields_with_links(kind: type[Model]) -> tuple[str, ...]:
    return tuple(
        name for name, field in kind.model_fields.items() if _leads_to_resource(field.annotation, frozenset((kind,)))
    )


def _leads_to_resource(annotation: Any, seen: frozenset[Any]) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        if issubclass(annotation, Resource):
            return True
        if annotation in seen:
            return False
        return any(
            _leads_to_resource(field.annotation, seen | {annotation}) for field in annotation.model_fields.values()
        )
    return any(_leads_to_resource(part, seen) for part in get_args(annotation))
