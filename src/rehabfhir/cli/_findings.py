"""Findings on stderr, a line each, under the name of their source; and the sources that gave nothing, kept whole."""

import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue, Outcome

__all__ = ["Findings"]


class Findings:
    """Prints each source's findings, counts, and keeps what was rejected in an NDJSON file when one is named."""

    def __init__(self, rejected: str | None) -> None:
        self.read = self.rejected = self.errors = 0
        self._path = rejected
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = Path(self._path).open("wb")
            except OSError as error:
                raise MisuseError(f"{self._path}: cannot be written ({error.strerror})") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def take(self, name: str, outcome: Outcome, raw: bytes | str) -> bool:
        """Report one source; True when it gave a value."""
        self.read += 1
        self.report(name, outcome.issues)
        if not outcome.ok:
            self.errors += 1
        if outcome.values:
            return True
        self.rejected += 1
        if self._file is not None:
            import orjson  # noqa: PLC0415 - only when something is rejected

            text = raw if isinstance(raw, str) else raw.decode("utf-8", "backslashreplace")
            entry: dict[str, Any] = {"source": name, "outcome": outcome.to_operation_outcome(), "raw": text}
            self._file.write(orjson.dumps(entry) + b"\n")
        return False

    def report(self, name: str, issues: Iterable[Issue]) -> None:
        """Print the issues of the source `name`."""
        for issue in issues:
            print(issue if issue.source else f"{name}: {issue}", file=sys.stderr)

    def status(self) -> int:
        """The command's exit status; sums up on stderr when there were several sources."""
        if self.read > 1:
            print(
                f"{self.read:,} read, {self.read - self.rejected:,} mapped, {self.rejected:,} rejected", file=sys.stderr
            )
        return 1 if self.errors else 0
