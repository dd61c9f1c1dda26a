"""Naming a profile in ``meta.profile``: only where what was written meets the conditions that the tables state for it."""

from typing import Any

from rehabfhir.mapping.reader import walk

__all__ = ["claim", "claims"]


def claims(meta: Any, profile: str) -> bool:
    """Whether a resource names the profile."""
    named = meta.get("profile") if type(meta) is dict else None
    return type(named) is list and profile in named


def claim(out: dict[str, Any], profile: str, needs: tuple[tuple[str, ...], ...]) -> None:
    """Name the profile in a resource just written, if all `needs` are met; of each need one alternative is enough."""
    for alternatives in needs:
        if not any(_met(out, need) for need in alternatives):
            return
    meta = out.get("meta")
    if meta is None:
        out["meta"] = {"profile": [profile]}
    else:
        meta["profile"] = [profile]


def _met(out: dict[str, Any], need: str) -> bool:
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
