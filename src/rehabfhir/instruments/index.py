"""Value sets for indexes such as EQ-5D's: a user's own table from profile to value, with a name that results carry.

None ships with the library: value sets differ by country and have owners.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rehabfhir.errors import MisuseError

__all__ = ["ValueSet", "load_value_set"]

_ROW = re.compile(r"\"?(?P<profile>\d{1,20})\"?\s*[;,\t]\s*\"?(?P<value>-?\d+(?:[.,]\d+)?)\"?", re.ASCII)
_LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A table from profile to value.

    Attributes:
        name: what results say they were computed with, for instance ``Sweden, TTO, 2022``.
        values: profile -> value.
    """

    name: str
    values: Mapping[str, Fraction]


def load_value_set(path: Path, name: str | None = None) -> ValueSet:
    """A value set from a text file with one ``profile;value`` a line (also tab or comma between).

    Lines that begin with ``#`` are remarks; the first one may name the set: ``# name: Sweden, TTO, 2022``. A heading
    line is passed over.

    Raises:
        MisuseError: the file cannot be read, has no name and none was given, or holds no rows.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise MisuseError(f"{path}: too large for a value set")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"{path}: cannot be read ({type(error).__name__})") from error
    values: dict[str, Fraction] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            key, _, said = line.lstrip("# ").partition(":")
            name = name or (said.strip() if key.strip().casefold() == "name" else None)
            continue
        match = _ROW.fullmatch(line.strip())
        if match:
            values[match["profile"]] = Fraction(match["value"].replace(",", "."))
        elif line.strip() and values:
            raise MisuseError(f"{path}: line {number} is not 'profile;value'")
    if not values:
        raise MisuseError(f"{path}: no line has the form 'profile;value'")
    if not name:
        raise MisuseError(f"{path}: the value set has no name; begin the file with '# name: …'")
    return ValueSet(name, values)
