"""Where the library's data folders lie: inside the wheel when installed, beside `src/` in a checkout."""

from pathlib import Path

from rehabfhir.errors import MissingDataError

__all__ = ["folder"]

_INSTALLED = Path(__file__).parent / "_data"
_CHECKOUT = Path(__file__).parents[2]


def folder(name: str) -> Path:
    """The data folder `name` (``profiles``, ``mappings`` or ``fixtures``).

    Raises:
        MissingDataError: when neither the wheel nor a checkout has it.
    """
    for base in (_INSTALLED, _CHECKOUT):
        path = base / name
        if path.is_dir():
            return path
    raise MissingDataError(name)
