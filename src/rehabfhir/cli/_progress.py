"""A line of progress on the terminal, and only there."""

import sys
import time

__all__ = ["Progress"]


class Progress:
    """Counts what is done and says so on stderr, at most five times a second, when stderr is a terminal."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._last = 0.0
        self._on = sys.stderr.isatty()
        self._start = time.monotonic()

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._on and time.monotonic() - self._last > 0.2:
            self._show()

    def close(self) -> None:
        """Take the line away."""
        if self._on:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _show(self) -> None:
        self._last = time.monotonic()
        rate = self._done / max(self._last - self._start, 1e-9)
        if self._total:
            filled = round(20 * self._done / self._total)
            bar = f"[{'#' * filled}{'.' * (20 - filled)}] {self._done}/{self._total}"
        else:
            bar = str(self._done)
        print(f"\r\033[K{self._what}: {bar} {rate:,.0f}/s", end="", file=sys.stderr, flush=True)
