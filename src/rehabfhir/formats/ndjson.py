"""NDJSON: one resource a line, read as a stream; a bad line is one finding, and the next line is read."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import IO, Any, cast

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue
from rehabfhir.formats.limits import DEFAULT_LIMITS, Limits
from rehabfhir.formats.read import read
from rehabfhir.formats.source import Source

__all__ = ["read_ndjson"]

_GZIP = b"\x1f\x8b"
_CHUNK = 1024 * 1024


def read_ndjson(source: str | PathLike[str] | IO[bytes], *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Source]:
    """The resources of an NDJSON file, one `Source` a line that is not blank, in order, in constant memory.

    Args:
        source: path, or a stream opened for bytes; gzip is noticed by its first bytes.
        limits: a line longer than ``limits.line`` gives one finding and a `Source` without a tree, and is skipped.

    Yields:
        a `Source` with ``line`` set; a bad line has ``tree`` None (or what could be read), its issues and its raw bytes.
        A compressed stream that breaks off ends with one more `Source` that says so.

    Raises:
        MisuseError: `source` is no path and has no ``read``, or gives text instead of bytes.
        OSError: the file cannot be opened.
    """
    with _opened(source) as stream:
        number = 0
        lines = _lines(stream, limits.line)
        while True:
            number += 1
            try:
                entry = next(lines, None)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                message = f"the compressed stream is broken ({type(error).__name__}): what follows is lost, fetch the file again"
                yield Source(
                    None,
                    "json",
                    (Issue("fatal", "incomplete", message, line=number, column=1, rule="gzip"),),
                    line=number,
                )
                return
            if entry is None:
                return
            line, length = entry
            if length > limits.line:
                message = (
                    f"the line is {length} bytes long, the limit is {limits.line}: raise the limit if it is meant to be"
                )
                issue = Issue("fatal", "too-long", message, line=number, column=1, rule="too-large")
                yield Source(None, "json", (issue,), line, line=number)
            elif line and not line.isspace():
                yield _one(line, number, limits)


def _one(line: bytes, number: int, limits: Limits) -> Source:
    found = read(line, format="json", limits=limits)
    issues = tuple(replace(issue, line=number) for issue in found.issues)
    return Source(found.tree, "json", issues, line, found.text, number)


@contextmanager
def _opened(source: Any) -> Iterator[IO[bytes]]:
    if isinstance(source, (str, PathLike)):
        with Path(source).open("rb") as stream, _unpacked(stream) as plain:
            yield plain
        return
    if not hasattr(source, "read"):
        raise MisuseError(f"read_ndjson takes a path or a stream of bytes, not {type(source).__name__}")
    with _unpacked(source) as plain:
        yield plain


@contextmanager
def _unpacked(stream: Any) -> Iterator[IO[bytes]]:
    start = stream.read(2)
    if not isinstance(start, bytes):
        raise MisuseError("read_ndjson takes a stream opened for bytes: open the file with mode 'rb'")
    joined = cast("IO[bytes]", _Joined(start, stream))
    if start != _GZIP:
        yield joined
        return
    with gzip.GzipFile(fileobj=joined, mode="rb") as plain:
        yield cast("IO[bytes]", plain)


class _Joined:
    """A stream with the bytes that were read from it to look at put back in front."""

    def __init__(self, start: bytes, stream: IO[bytes]) -> None:
        self._start, self._stream = start, stream

    def read(self, size: int = -1) -> bytes:
        if not self._start:
            return self._stream.read(size)
        if size < 0:
            start, self._start = self._start, b""
            return start + self._stream.read()
        start, self._start = self._start[:size], self._start[size:]
        return start


def _lines(stream: IO[bytes], limit: int) -> Iterator[tuple[bytes, int]]:
    """Each line without its end, and its length; of a line beyond `limit` only the beginning is kept."""
    held = b""  # the open line, or its beginning when it is too long
    length = 0
    fetch = getattr(stream, "read1", stream.read)  # of a broken gzip stream it gives what came before the break
    while True:
        try:
            chunk = fetch(_CHUNK)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            if length:
                yield held[:limit], length
            raise
        if not chunk:
            break
        first, *more = chunk.split(b"\n")
        length += len(first)
        if len(held) <= limit:
            held += first
        if not more:
            continue
        yield held[:limit] if length > limit else held, length
        for line in more[:-1]:
            yield (line[:limit] if len(line) > limit else line), len(line)
        held, length = more[-1], len(more[-1])
    if length:
        yield held[:limit] if length > limit else held, length
