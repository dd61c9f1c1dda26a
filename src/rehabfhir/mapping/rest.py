"""The rest: what of a source the domain value does not hold, by place, and how it is put back.

A rest is the difference between what the tables write for a value (the *draft*) and the source that the value was
read from. Restoring the source is therefore exact by construction, whatever the tables know or do not know. Every
remembered difference also remembers what the draft had in its place; when the value has been edited since, the edit
wins and the neighbours keep their rest.

A difference is plain JSON:

- an object: ``{key: change}``,
- ``["+", source]``: the source has something where the draft has nothing,
- ``["-", draft]``: the draft has something that the source has not,
- ``["=", draft, source]``: both have something, not the same,
- ``["[", draft, order]``: an array. `order` is the source's sequence: an index into the draft's items,
  ``[index, change]``, or ``["+", item]`` for an item that no row knows.

In memory the draft's part stands there itself. Written to JSON it is a *mark*, a short text that recognises it (what
it is known by, and a checksum): ``["-#", mark]``, ``["=#", mark, source]``, ``["[#", marks, order]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import orjson

from rehabfhir.errors import MisuseError
from rehabfhir.formats import ExactDecimal

__all__ = ["Rest", "apply", "difference"]

_MISSING: Any = object()
_FAR = 64
_FORMAT = "rehabfhir-rest/1"


def _plain(value: Any) -> Any:
    return {"$decimal": str(value)}


def _mark(item: Any) -> str:
    """A short text that tells an item of the draft from its neighbours: what it is known by, and a checksum of all of it."""
    kind = type(item)
    if kind is str:
        return item if len(item) <= _FAR else f"{item[:_FAR]}\n{crc32(item.encode('utf-8', 'surrogatepass')):x}"
    try:
        text = orjson.dumps(item, default=_plain)
    except (TypeError, ValueError):
        text = repr(item).encode("utf-8", "backslashreplace")
    return f"{_name(item)}\n{crc32(text):x}"


def _name(item: Any) -> str:
    """What an item is known by among its siblings: id, url, reference, linkId, system and code or value; else nothing."""
    if type(item) is not dict:
        return ""
    get = item.get
    resource = get("resource")
    if type(resource) is dict:
        return f"{resource.get('resourceType')}/{resource.get('id') or get('fullUrl')}"
    for key in ("url", "linkId", "reference", "id"):
        name = get(key)
        if type(name) is str:
            return name[:_FAR]
    system = get("system")
    if type(system) is str:
        name = get("code") or get("value")
        return f"{system}|{name}"[:_FAR] if type(name) is str else system[:_FAR]
    return ""


def difference(draft: Any, source: Any) -> Any:
    """What must change in `draft` to give `source`; None when they are the same."""
    kind = type(draft)
    if kind is type(source):
        if kind is dict:
            return _object_difference(draft, source)
        if kind is list:
            return None if draft == source else _array_difference(draft, source)
        if draft == source and (kind is not ExactDecimal or str(draft) == str(source)):
            return None
    return ["=", draft, source]


def _object_difference(draft: dict[str, Any], source: dict[str, Any]) -> dict[str, Any] | None:
    changes: dict[str, Any] = {}
    common = 0
    for key, there in source.items():
        here = draft.get(key, _MISSING)
        if here is _MISSING:
            changes[key] = ["+", there]
            continue
        common += 1
        kind = type(here)
        if kind is type(there):
            if here == there and (kind is not ExactDecimal or str(here) == str(there)):
                continue
            if kind is dict:
                changes[key] = _object_difference(here, there)
                continue
            if kind is list:
                changes[key] = _array_difference(here, there)
                continue
        changes[key] = ["=", here, there]
    if common != len(draft):
        for key, here in draft.items():
            if key not in source:
                changes[key] = ["-", here]
    return changes or None


def _array_difference(draft: list[Any], source: list[Any]) -> list[Any]:
    if len(draft) == 1 == len(source) and type(draft[0]) is dict and type(source[0]) is dict:
        if _alike(draft[0], source[0]):
            return ["[", draft, [[0, _object_difference(draft[0], source[0])]]]
        return ["[", draft, [["+", source[0]]]]
    order: list[Any] = []
    for there, index in zip(source, _pairs(draft, source), strict=True):
        if index is None:
            order.append(["+", there])
            continue
        here = draft[index]
        change = None if here == there and type(here) is type(there) else difference(here, there)
        order.append(index if change is None else [index, change])
    return ["[", draft, order]


def _pairs(draft: list[Any], source: list[Any]) -> list[int | None]:
    """For each item of the source the index of the draft's item that stands for it, if any."""
    found: list[int | None] = [None] * len(source)
    left = dict.fromkeys(range(len(draft)))
    open_ = []
    for index, there in enumerate(source):
        if index < len(draft) and draft[index] == there and type(draft[index]) is type(there):
            found[index] = index
            del left[index]
        else:
            open_.append(index)
    if not left or not open_:
        return found
    places: dict[str, list[int]] = {}
    for index in left:
        places.setdefault(_name(draft[index]) or _mark(draft[index]), []).append(index)
    still = []
    for index in open_:
        there = source[index]
        candidates = places.get(_name(there) or _mark(there))
        if candidates:
            at = 0
            if len(candidates) > 1:
                at = next((place for place, here in enumerate(candidates[:_FAR]) if draft[here] == there), 0)
            here = candidates.pop(at)
            found[index] = here
            del left[here]
        else:
            still.append(index)
    open_ = still
    if not left or not open_:
        return found
    rest = list(left)
    at = 0
    for index in open_:
        for ahead in range(at, min(at + 4, len(rest))):
            if _alike(draft[rest[ahead]], source[index]):
                found[index] = rest[ahead]
                at = ahead + 1
                break
    return found


def _alike(here: Any, there: Any) -> bool:
    if type(here) is not dict or type(there) is not dict:
        return False
    name, other = _name(here), _name(there)
    if name and other and name != other:
        return here.get("resource") is None and "url" not in here and _share(here, there)
    return _share(here, there)


def _share(here: dict[str, Any], there: dict[str, Any]) -> bool:
    """Whether two objects agree on a value, or have containers of one kind under one key."""
    for key, value in here.items():
        other = there.get(key, _MISSING)
        if other is not _MISSING and (value == other or (type(value) is type(other) and type(value) in {dict, list})):
            return True
    return False


def copy(tree: Any) -> Any:
    """A copy of a JSON tree that shares no container with it."""
    try:
        return _copied(tree)
    except RecursionError:
        return _copied_deep(tree)


def _copied(tree: Any) -> Any:
    kind = type(tree)
    if kind is dict:
        return {key: value if type(value) is str else _copied(value) for key, value in tree.items()}
    if kind is list:
        return [value if type(value) is str else _copied(value) for value in tree]
    return tree


def _copied_deep(tree: Any) -> Any:
    """As `_copied`, for a tree that is deeper than the stack."""
    root: Any = {} if type(tree) is dict else []
    work = [(tree, root)]
    while work:
        old, new = work.pop()
        for key, value in old.items() if type(old) is dict else enumerate(old):
            made: Any = value
            if type(value) is dict or type(value) is list:
                made = {} if type(value) is dict else []
                work.append((value, made))
            if type(new) is dict:
                new[key] = made
            else:
                new.append(made)
    return root


def apply(change: Any, draft: Any, said: list[str], place: str = "") -> Any:
    """`draft` with `change` made in it (in place where it can be); what found no place is named in `said`."""
    if change is None:
        return draft
    if type(change) is dict:
        if type(draft) is dict:
            _apply_object(change, draft, said, place)
        else:
            said.append(place)
        return draft
    kind = change[0]
    if kind[0] == "[":
        if type(draft) is list:
            return _apply_array(change, draft, said, place)
        said.append(place)
        return draft
    return copy(change[2]) if kind[0] == "=" and _is_still(change, draft) else draft


def _is_still(change: list[Any], here: Any) -> bool:
    """Whether the draft has what it had when the difference was taken."""
    if change[0][-1] == "#":
        return bool(_mark(here) == change[1])
    return bool(here == change[1])


def _apply_object(changes: dict[str, Any], draft: dict[str, Any], said: list[str], place: str) -> None:
    for key, change in changes.items():
        here = draft.get(key, _MISSING)
        if type(change) is dict:
            if type(here) is dict:
                _apply_object(change, here, said, f"{place}.{key}" if place else key)
            elif here is _MISSING:
                said.append(f"{place}.{key}" if place else key)
            continue
        kind = change[0]
        if kind == "+":
            if here is _MISSING:
                there = change[1]
                draft[key] = there if type(there) is str else copy(there)
        elif kind[0] == "-":
            if here is not _MISSING and _is_still(change, here):
                del draft[key]
        elif kind[0] == "=":
            if here is not _MISSING and _is_still(change, here):
                draft[key] = copy(change[2])
        elif type(here) is list:
            made = _apply_array(change, here, said, f"{place}.{key}" if place else key)
            if made or not change[2]:
                draft[key] = made
            else:
                del draft[key]
        elif here is _MISSING:
            extras = [copy(item[1]) for item in change[2] if type(item) is list and item[0] == "+"]
            if extras:
                draft[key] = extras
            if len(extras) < len(change[2]):
                said.append(f"{place}.{key}" if place else key)


def _apply_array(change: list[Any], draft: list[Any], said: list[str], place: str) -> list[Any]:
    before, order = change[1], change[2]
    if draft == before if change[0] == "[" else [_mark(item) for item in draft] == before:
        return [_unedited(step, draft, said, place) for step in order]
    here = _recognise(before if change[0] == "[#" else [_mark(item) for item in before], draft)
    new = _newcomers(here, draft)
    made: list[Any] = list(new.pop(-1, ()))
    for step in order:
        if type(step) is list and step[0] == "+":
            made.append(copy(step[1]))
            continue
        index, inner = (step, None) if type(step) is int else step
        now = here.get(index)
        if now is None:
            if inner is not None:
                said.append(f"{place}[{index}]")
            continue
        made.append(apply(inner, draft[now], said, f"{place}[{len(made)}]"))
        made.extend(new.pop(now, ()))
    for items in new.values():
        made.extend(items)
    return made


def _unedited(step: Any, draft: list[Any], said: list[str], place: str) -> Any:
    """One item of the source's sequence, where the draft is as it was."""
    if type(step) is int:
        return draft[step]
    index, inner = step
    return copy(inner) if index == "+" else apply(inner, draft[index], said, place)


def _recognise(marks: list[str], draft: list[Any]) -> dict[int, int]:
    """Index in the first draft -> index in the draft as it is now, for the items that are still there."""
    now = [_mark(item) for item in draft]
    found: dict[int, int] = {}
    taken: set[int] = set()
    names = [mark.partition("\n")[0] for mark in marks]
    for exact in (True, False):
        places: dict[str, list[int]] = {}
        for index in reversed(range(len(now))):
            if index not in taken:
                name = now[index] if exact else now[index].partition("\n")[0]
                if name:
                    places.setdefault(name, []).append(index)
        for old, mark in enumerate(marks):
            if old in found:
                continue
            candidates = places.get(mark if exact else names[old])
            if candidates:
                place = candidates.pop()
                found[old] = place
                taken.add(place)
    gap_old = [old for old in range(len(marks)) if old not in found and not names[old]]
    gap_new = [new for new in range(len(now)) if new not in taken and now[new].startswith("\n")]
    if len(gap_old) == len(gap_new):
        found.update(zip(gap_old, gap_new, strict=True))
    return found


def _newcomers(here: Mapping[int, int], draft: list[Any]) -> dict[int, list[Any]]:
    """The items that were not in the first draft, by the index of the known item before them (-1: at the head)."""
    known = set(here.values())
    new: dict[int, list[Any]] = {}
    last = -1
    for index, item in enumerate(draft):
        if index in known:
            last = index
        else:
            new.setdefault(last, []).append(item)
    return new


def _marked(change: Any) -> Any:
    """A change with the draft's parts as marks."""
    if type(change) is dict:
        return {key: _marked(each) for key, each in change.items()}
    if type(change) is not list:
        return change
    kind = change[0]
    if kind == "[":
        order = [step if type(step) is int else _marked_step(step) for step in change[2]]
        return ["[#", [_mark(item) for item in change[1]], order]
    if kind == "=":
        return ["=#", _mark(change[1]), copy(change[2])]
    if kind == "-":
        return ["-#", _mark(change[1])]
    return copy(change)


def _marked_step(step: list[Any]) -> Any:
    return copy(step) if step[0] == "+" else [step[0], _marked(step[1])]


@dataclass(frozen=True, slots=True)
class Rest:
    """All of a source that was not mapped, in place; `to_fhir(value, rest=rest)` gives the source back.

    Attributes:
        form: how the source was laid out (a lone resource or a bundle, how its resources point at each other).
        change: the difference between what the tables write and the source, as plain JSON; None when there is none.
    """

    form: Mapping[str, Any] = field(default_factory=dict)
    change: Any = None

    def to_json(self) -> dict[str, Any]:
        """The rest as a JSON tree, to be stored beside the value."""
        return {"format": _FORMAT, "form": copy(dict(self.form)), "change": _marked(self.change)}

    @classmethod
    def from_json(cls, tree: Any) -> "Rest":
        """A rest from what `to_json` gave.

        Raises:
            MisuseError: when the tree is not a rest of this library.
        """
        if type(tree) is not dict or tree.get("format") != _FORMAT or type(tree.get("form")) is not dict:
            raise MisuseError(f"not a rest: expected a JSON object with format {_FORMAT!r}, as Rest.to_json writes it")
        return cls(tree["form"], copy(tree.get("change")))
