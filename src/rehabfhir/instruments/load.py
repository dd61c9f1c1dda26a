"""Reading instruments from files: TOML as in `data/`, every defect of a file listed at once."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from rehabfhir.errors import MisuseError
from rehabfhir.instruments.instrument import (
    Band,
    Coded,
    Group,
    Instrument,
    Item,
    Licence,
    Mid,
    Option,
    Scale,
    Vector,
    Watch,
)
from rehabfhir.instruments.rules import RULES

__all__ = ["example", "instruments", "load", "named", "parse"]

_RANGE = re.compile(r"(?P<first>[A-Za-z]*)(?P<from>\d+)\.\.(?P<last>[A-Za-z]*)(?P<to>\d+)")
_LETTERS = re.compile(r"([A-Z])\.\.([A-Z])")
_LICENCES = frozenset({"free", "registration", "permission", "unknown"})
_MOST_ITEMS = 1_000


class _Defects(list[str]):
    """What is wrong with a file, in the order in which it was found."""

    def need(self, raw: Mapping[str, Any], key: str, kind: type | tuple[type, ...], where: str) -> Any:
        """The value of a key that must be there."""
        value = raw.get(key)
        if isinstance(value, bool) and kind is not bool:
            value = None
        if not isinstance(value, kind) or value == "":
            self.append(f"{where}: needs '{key}'")
            return None
        return value


def _spread(ids: Iterable[Any]) -> tuple[str, ...]:
    """Ids with ranges such as ``1..28``, ``GP1..GP7`` and ``A..C`` spelled out."""
    found: list[str] = []
    for entry in ids:
        text = str(entry)
        match = _RANGE.fullmatch(text)
        letters = _LETTERS.fullmatch(text)
        if match and match["first"] == match["last"] and int(match["to"]) - int(match["from"]) < _MOST_ITEMS:
            found += [f"{match['first']}{number}" for number in range(int(match["from"]), int(match["to"]) + 1)]
        elif letters:
            found += [chr(code) for code in range(ord(letters[1]), ord(letters[2]) + 1)]
        else:
            found.append(text)
    return tuple(found)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _coded(raw: Any) -> tuple[Coded, ...]:
    return tuple(Coded(str(entry.get("system", "")), str(entry.get("code", ""))) for entry in _dicts(raw))


def _names(raw: Any) -> tuple[str, ...]:
    return tuple(map(str, raw)) if isinstance(raw, list) else (str(raw),)


def _items(document: Mapping[str, Any], defects: _Defects) -> tuple[Item, ...]:
    found: list[Item] = []
    for number, raw in enumerate(_dicts(document.get("items")), 1):
        where = f"items {number}"
        least, most = defects.need(raw, "min", int, where), defects.need(raw, "max", int, where)
        ids = _spread(_list(raw.get("ids")))
        if not ids:
            defects.append(f"{where}: needs 'ids'")
        if least is None or most is None:
            continue
        if least >= most:
            defects.append(f"{where}: 'max' is not above 'min'")
        also, codes, texts = _list(raw.get("also")), _list(raw.get("codes")), _list(raw.get("texts"))
        for name, listed in (("also", also), ("codes", codes), ("texts", texts)):
            if listed and len(listed) != len(ids):
                defects.append(f"{where}: '{name}' has {len(listed)} entries for {len(ids)} items")
        for at, item in enumerate(ids):
            found.append(
                Item(
                    id=item,
                    least=least,
                    most=most,
                    also=_names(also[at]) if at < len(also) else (),
                    code=Coded(str(raw.get("system", "")), str(codes[at])) if at < len(codes) else None,
                    unit=raw.get("unit"),
                    decimal=raw.get("decimal") is True,
                    optional=raw.get("optional") is True,
                    text=str(texts[at]) if at < len(texts) else None,
                )
            )
    names = [item.id for item in found]
    if len(set(names)) != len(names):
        defects.append("items: the same id stands twice")
    return tuple(found)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _scale(raw: Mapping[str, Any], known: set[str], made: Mapping[str, Scale], defects: _Defects) -> Scale | None:
    name = raw.get("id")
    where = f"scale {name or '(no id)'}"
    rule = raw.get("rule")
    if not isinstance(name, str) or not isinstance(raw.get("title"), str):
        defects.append(f"{where}: needs 'id' and 'title'")
        return None
    if not isinstance(rule, str) or rule not in RULES:
        defects.append(f"{where}: no rule is called '{rule}'; known are {', '.join(RULES)}")
        return None
    items, reverse = _spread(_list(raw.get("items"))), frozenset(_spread(_list(raw.get("reverse"))))
    scales, turn = tuple(map(str, _list(raw.get("scales")))), frozenset(map(str, _list(raw.get("turn"))))
    if unknown := sorted((set(items) | reverse) - known):
        defects.append(f"{where}: no items {', '.join(unknown)}")
    if unknown := sorted((set(scales) | turn | ({str(raw["of"])} if "of" in raw else set())) - set(made)):
        defects.append(f"{where}: no scales {', '.join(unknown)} before it")
    if not items and not scales and "of" not in raw:
        defects.append(f"{where}: needs 'items', 'scales' or 'of'")
    if not isinstance(raw.get("source"), str) or not raw["source"]:
        defects.append(f"{where}: needs 'source', who gives the rule")
    limits = [_number(value) for value in _list(raw.get("range"))]
    mid = raw.get("mid")
    bands = []
    for band in _dicts(raw.get("band")):
        least, most = _number(band.get("from")), _number(band.get("to"))
        if least is None or most is None or not band.get("text") or not band.get("source"):
            defects.append(f"{where}: a band needs 'from', 'to', 'text' and 'source'")
        else:
            bands.append(Band(least, most, str(band["text"]), str(band["source"])))
    if isinstance(mid, dict) and (_number(mid.get("value")) is None or not mid.get("source")):
        defects.append(f"{where}: 'mid' needs 'value' and 'source'")
        mid = None
    return Scale(
        id=name,
        title=raw["title"],
        rule=rule,
        items=items,
        reverse=reverse,
        scales=scales,
        turn=turn,
        invert=raw.get("invert") is True,
        of=str(raw.get("of", "")),
        at_least=_number(raw.get("at_least")) if "more_than" not in raw else None,
        more_than=_number(raw.get("more_than")),
        least=limits[0] if len(limits) == 2 else None,
        most=limits[1] if len(limits) == 2 else None,
        better=raw["better"] if raw.get("better") in {"high", "low"} else "none",
        decimals=raw["decimals"] if isinstance(raw.get("decimals"), int) else 2,
        unit=str(raw.get("unit", "")),
        codes=_coded(raw.get("codes")),
        bands=tuple(bands),
        mid=Mid(float(mid["value"]), str(mid["source"])) if isinstance(mid, dict) else None,
        source=str(raw.get("source", "")),
    )


def _scales(document: Mapping[str, Any], items: tuple[Item, ...], defects: _Defects) -> tuple[Scale, ...]:
    defaults = document.get("defaults") if isinstance(document.get("defaults"), dict) else {}
    each = document.get("each")
    listed = _dicts(document.get("scale"))
    if isinstance(each, dict):  # one score an item
        listed += [{**each, "id": item.id, "title": item.text or item.id, "items": [item.id]} for item in items]
    made: dict[str, Scale] = {}
    for raw in listed:
        merged = {**(defaults or {}), **raw}
        if "at_least" in raw:
            merged.pop("more_than", None)
        scale = _scale(merged, {item.id for item in items}, made, defects)
        if scale is not None and scale.id in made:
            defects.append(f"scale {scale.id}: stands twice")
        elif scale is not None:
            made[scale.id] = scale
    if not made:
        defects.append("no scale")
    return tuple(made.values())


def _groups(document: Mapping[str, Any], items: tuple[Item, ...], defects: _Defects) -> tuple[Group, ...]:
    groups = tuple(
        Group(str(raw.get("id", "")), str(raw.get("title", "")), _spread(_list(raw.get("items"))))
        for raw in _dicts(document.get("group"))
    )
    listed = [name for group in groups for name in group.items]
    if groups and sorted(listed) != sorted(item.id for item in items):
        defects.append("group: every item stands in exactly one group, or there are no groups")
    return groups


def _vectors(document: Mapping[str, Any], items: tuple[Item, ...]) -> tuple[Vector, ...]:
    found = []
    ids = {name: item.id for item in items for name in (item.id, *item.also)}
    for raw in _dicts(document.get("vector")):
        answers = {ids.get(str(name), str(name)): int(value) for name, value in raw.get("answers", {}).items()}
        if "all" in raw:
            answers = {item.id: item.most if raw["all"] == "max" else int(raw["all"]) for item in items}
        expect = {str(name): None if value == "missing" else value for name, value in raw.get("expect", {}).items()}
        found.append(Vector(answers, expect, str(raw.get("source", ""))))
    return tuple(found)


def parse(text: str, name: str) -> Instrument:
    """The instrument that a TOML text describes.

    Args:
        text: the file's text.
        name: what to call the file in a message.

    Raises:
        MisuseError: the text is not TOML or not an instrument; every defect is listed.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MisuseError(f"{name}: not TOML ({error})") from error
    defects = _Defects()
    identifier, title = defects.need(document, "id", str, "file"), defects.need(document, "title", str, "file")
    if isinstance(identifier, str) and not re.fullmatch(r"[A-Za-z0-9.-]{1,40}", identifier):
        defects.append("file: 'id' may hold letters, digits, '-' and '.', at most 40")
    given = document.get("licence")
    licence: dict[str, Any] = given if isinstance(given, dict) else {}
    if licence.get("kind") not in _LICENCES:
        defects.append(f"licence: 'kind' is one of {', '.join(sorted(_LICENCES))}")
    items = _items(document, defects)
    scales = _scales(document, items, defects)
    watches = tuple(
        Watch(str(raw.get("item")), int(raw.get("from", 1)), str(raw.get("text", "")), str(raw.get("source", "")))
        for raw in _dicts(document.get("watch"))
    )
    options = tuple(
        Option(int(raw["value"]), str(raw.get("system", "")), str(raw.get("code", "")))
        for raw in _dicts(document.get("options"))
        if isinstance(raw.get("value"), int)
    )
    groups = _groups(document, items, defects)
    if defects:
        listed = "\n".join(f"  - {defect}" for defect in defects)
        raise MisuseError(f"instrument file {name} has {len(defects)} defect(s):\n{listed}")
    return Instrument(
        id=identifier,
        title=title,
        licence=Licence(
            licence["kind"], licence.get("texts") is True, str(licence.get("text", "")), str(licence.get("source", ""))
        ),
        items=items,
        scales=scales,
        version=document.get("version"),
        also=tuple(map(str, _list(document.get("also")))),
        recall=str(document.get("recall", "")),
        source=str(document.get("source", "")),
        codes=_coded(document.get("codes")),
        options=options,
        groups=groups,
        watches=watches,
        vectors=_vectors(document, items),
        example=document.get("example") is True,
    )


def load(path: Path) -> Instrument:
    """An instrument from a file of the user's own, for instance one of the versions of Hälsoskattning.

    Raises:
        MisuseError: the file cannot be read, or is not an instrument; every defect is listed.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"{path}: cannot be read ({type(error).__name__})") from error


@cache
def instruments() -> tuple[Instrument, ...]:
    """The instruments that ship with the library, by id."""
    folder = files("rehabfhir.instruments").joinpath("data")
    found = [
        parse(entry.read_text(encoding="utf-8"), entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda instrument: instrument.id))


def example() -> str:
    """The example file for Hälsoskattning, as text: copy it and put in the items of your own form."""
    name = "data/examples/halsoskattning-example.toml"
    return files("rehabfhir.instruments").joinpath(name).read_text(encoding="utf-8")


def named(name: str, more: Iterable[Instrument] = ()) -> Instrument | None:
    """The instrument with this id, canonical (with or without ``|version``) or name; None when there is none.

    Args:
        name: what it is called, or the code of the whole instrument; case does not count.
        more: instruments of the user's own, which win.
    """
    wanted = name.strip().partition("|")[0].casefold()
    for instrument in (*more, *instruments()):
        names = (
            instrument.id,
            instrument.url,
            instrument.title,
            *instrument.also,
            *(coded.code for coded in instrument.codes),
        )
        if any(known.casefold() == wanted for known in names):
            return instrument
    last = wanted.rstrip("/").rpartition("/")[2]
    return named(last, more) if last != wanted else None
