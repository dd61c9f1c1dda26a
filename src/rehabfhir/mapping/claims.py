"""Naming a profile in ``meta.profile``: only where what was written meets the conditions that the tables state for it."""

from typing import Any

from rehabfhir.mapping.reader import walk

__all__ = ["claims", "met"]


def claims(meta: Any, profile: str) -> bool:
    """Whether a resource names the profile."""
    named = meta.get("profile") if type(meta) is dict else None
    return type(named) is list and profile in named


def met(out: dict[str, Any], need: str) -> bool:
    """Whether one condition of naming a profile is met: see ``names.toml``."""
    path, unlike, other = need.partition("!=")
    if unlike:
        return other not in walk(out, path)
    path, equal, wanted = need.partition("=")
    if equal:
        allowed = wanted.split("|")
        return any(value in allowed for value in walk(out, path))
    path, counted, number = need.partition("#")
    found = sum(1 for _ in walk(out, path))
    return found == int(number) if counted else found > 0
