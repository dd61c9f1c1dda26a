"""Canonicals and their versions: `url|version#fragment` taken apart, versions put in order, the best of several chosen.

Rules: https://hl7.org/fhir/R4/references.html#canonical; versions are compared as https://semver.org does, and as text
where they are not numbers.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Canonical", "best_version", "split_canonical", "version_key"]

_NUMBERS = re.compile(r"\d+(?:\.\d+)*")
_PART = re.compile(r"\d+|[^\d.\-+]+")


class Canonical(NamedTuple):
    """A canonical taken apart; `version` and `fragment` are empty when they are absent."""

    url: str
    version: str
    fragment: str


def split_canonical(text: str) -> Canonical:
    """`http://x/y|1.0#part` as url, version and the id of the contained resource."""
    rest, _, fragment = text.partition("#")
    url, _, version = rest.partition("|")
    return Canonical(url, version, fragment)


def _identifiers(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, int(part[:18]), "") if part.isdecimal() else (1, 0, part) for part in _PART.findall(text))


def version_key(version: str) -> tuple[object, ...]:
    """A sort key: newer is greater, a pre-release is older than its release, no version is the oldest."""
    found = _NUMBERS.match(version)
    if found is None:
        return (0, (), 0, _identifiers(version), version)
    numbers = tuple(int(part[:18]) for part in found.group().split("."))
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    rest, _, _build = version[found.end() :].partition("+")
    return (1, numbers, 0 if rest else 1, _identifiers(rest), version)


def best_version(versions: Iterable[str], wanted: str) -> str | None:
    """The version to use when `wanted` is asked for: itself, else the newest with the same first two numbers.

    An empty `wanted` gives the newest of all. None when nothing fits.
    """
    known = list(versions)
    if not wanted:
        return max(known, key=version_key, default=None)
    if wanted in known:
        return wanted
    start = ".".join(wanted.split(".")[:2])
    fitting = [each for each in known if each == start or each.startswith((start + ".", start + "-"))]
    return max(fitting, key=version_key, default=None) if "." in wanted else None
