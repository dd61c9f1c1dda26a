"""How large and how deep a source may be before it is refused with one finding."""

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one source; each is generous for real resources and tight against hostile ones.

    Attributes:
        size: bytes of one source.
        depth: JSON objects and arrays inside each other; FHIR XML elements count as two.
        line: bytes of one NDJSON line.
    """

    size: int = 512 * 1024 * 1024
    depth: int = 254
    line: int = 64 * 1024 * 1024


DEFAULT_LIMITS = Limits()
