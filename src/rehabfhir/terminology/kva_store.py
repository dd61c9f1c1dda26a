"""Where lists of KVÅ codes are kept: the subset inside the library, and what the user imported, in the user's data folder."""

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rehabfhir.errors import MisuseError
from rehabfhir.terminology import datafiles
from rehabfhir.terminology.kva_types import Edition

__all__ = ["embedded", "folder", "load", "save", "stored"]

_FORMAT = "kva edition, form 1"  # the key that a kept list begins with


def embedded() -> tuple[Edition, ...]:
    """The reviewed subset that ships with the library, by the edition in which each code was seen."""
    text = datafiles.text("kva/embedded.tsv")
    sources: dict[str, str] = {}
    rows: dict[str, dict[str, tuple[str, str, str]]] = {}
    for line in text.splitlines():
        if line.startswith("# source "):
            number, _, url = line.removeprefix("# source ").partition(": ")
            sources[number] = url
        elif not line.startswith("#"):
            code, edition, number, group, title = line.split("\t")
            rows.setdefault(edition, {})[code] = (title, sources[number], group)
    return tuple(
        Edition(
            name=name,
            source="embedded subset",
            valid_from=date(int(name), 1, 1),
            valid_to=None,
            whole=False,
            region=None,
            codes=list(listed),
            raw_titles=[title for title, _, _ in listed.values()],
            texts={"group": {code: group for code, (_, _, group) in listed.items()}},
            sources={code: source for code, (_, source, _) in listed.items()},
        )
        for name, listed in sorted(rows.items())
    )


def folder() -> Path:
    """The folder of imported lists: ``$REHABFHIR_DATA/kva``, or the platform's place for a user's data."""
    named = os.environ.get("REHABFHIR_DATA")
    if named:
        return Path(named).expanduser() / "kva"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))) / "rehabfhir" / "kva"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "rehabfhir" / "kva"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "rehabfhir" / "kva"


def save(edition: Edition, to: Path | None = None) -> Path:
    """Keep a list: one file an edition (and region), replacing an earlier import of the same; written whole or not at all.

    Raises:
        MisuseError: the folder cannot be written to.
    """
    import orjson  # noqa: PLC0415 - only where a list is read or written

    target = to or folder()
    name = "".join(
        letter if letter.isalnum() or letter in "-_." else "_" for letter in f"{edition.region or 'kva'}-{edition.name}"
    )
    path = target / f"{name}.json"
    tree = {
        _FORMAT: edition.name,
        "source": edition.source,
        "valid_from": edition.valid_from.isoformat(),
        "valid_to": None if edition.valid_to is None else edition.valid_to.isoformat(),
        "whole": edition.whole,
        "region": edition.region,
        "codes": list(edition.codes),
        "titles": list(edition.raw_titles),
        "texts": edition.texts,
    }
    try:
        target.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        half.write_bytes(orjson.dumps(tree))
        half.replace(path)
    except OSError as error:
        raise MisuseError(f"{target}: cannot be written to ({error.strerror})") from error
    return path


def load(path: Path) -> Edition:
    """A kept list.

    Raises:
        MisuseError: the file is not one that `save` wrote; import it again.
    """
    import orjson  # noqa: PLC0415 - only where a list is read or written

    try:
        tree: Any = orjson.loads(path.read_bytes())
        return Edition(
            name=str(tree[_FORMAT]),
            source=str(tree["source"]),
            valid_from=date.fromisoformat(tree["valid_from"]),
            valid_to=date.fromisoformat(tree["valid_to"]) if tree["valid_to"] else None,
            whole=bool(tree["whole"]),
            region=tree["region"],
            codes=tree["codes"],
            raw_titles=tree["titles"],
            texts=tree["texts"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MisuseError(f"{path}: not a list of KVÅ codes of ours; remove it and import the list again") from error


def stored(at: Path | None = None) -> Iterator[Edition]:
    """Every kept list."""
    place = at or folder()
    if place.is_dir():
        for path in sorted(place.glob("*.json")):
            yield load(path)
