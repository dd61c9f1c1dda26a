"""Where a command's input comes from: files, folders, `-` for stdin; NDJSON is one source a line."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rehabfhir.errors import MisuseError

if TYPE_CHECKING:
    from rehabfhir.formats import Source

__all__ = ["Input", "files", "inputs", "is_many"]

_LINES = (".ndjson", ".ndjson.gz", ".jsonl")
_SUFFIXES = (".json", ".xml", *_LINES)


@dataclass(frozen=True, slots=True)
class Input:
    """One source that was read: what to call it in a report, and what reading it gave."""

    name: str
    source: "Source"


def files(paths: Sequence[str], *, suffixes: Sequence[str] = _SUFFIXES) -> list[str]:
    """The files under `paths`, those of a folder in the order of their names; ``-`` stays ``-``.

    Raises:
        MisuseError: a path does not exist, or a folder holds nothing that fits.
    """
    found: list[str] = []
    for path in paths or ("-",):
        place = Path(path)
        if path == "-" or place.is_file():
            found.append(path)
        elif place.is_dir():
            inside = sorted(
                str(each) for each in place.rglob("*") if each.is_file() and each.name.endswith(tuple(suffixes))
            )
            if not inside:
                raise MisuseError(f"{path}: no file in this folder ends with {', '.join(suffixes)}")
            found += inside
        else:
            raise MisuseError(f"{path}: no such file or folder")
    return found


def is_many(listed: Sequence[str], *, lines: bool = False) -> bool:
    """Whether these files may hold more than one source."""
    return len(listed) > 1 or lines or any(file.endswith(_LINES) for file in listed)


def inputs(paths: Sequence[str], *, lines: bool = False) -> Iterator[Input]:
    """Every source under `paths`, one at a time: memory stays that of one source.

    Args:
        paths: files, folders and ``-``; stdin when empty.
        lines: read stdin as NDJSON.

    Raises:
        MisuseError: a path does not exist or cannot be read.
    """
    from rehabfhir.formats import read  # noqa: PLC0415 - a command's help needs no reader

    for file in files(paths):
        if file.endswith(_LINES) or (file == "-" and lines):
            yield from _each_line(file)
            continue
        try:
            data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as error:
            raise MisuseError(f"{file}: cannot be read ({error.strerror})") from error
        yield Input("stdin" if file == "-" else file, read(data))


def _each_line(file: str) -> Iterator[Input]:
    from rehabfhir.formats import read_ndjson  # noqa: PLC0415 - only for this kind of file

    name = "stdin" if file == "-" else file
    try:
        for source in read_ndjson(sys.stdin.buffer if file == "-" else file):
            yield Input(f"{name}:{source.line}", source)
    except OSError as error:
        raise MisuseError(f"{name}: cannot be read ({error.strerror})") from error
