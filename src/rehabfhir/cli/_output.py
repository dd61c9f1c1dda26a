"""Where a command's results go: stdout when there is one, a line each when there are several, or a folder or file."""

import sys
from pathlib import Path

from rehabfhir.errors import MisuseError

__all__ = ["Output"]


class Output:
    """Takes one document a source.

    Without a target the only document is written as it is, and several as NDJSON (a line each). A target that is a
    folder (or ends with a slash) takes a file a document, named after its source; any other target is one file.
    """

    def __init__(self, target: str | None, suffix: str, *, several: bool) -> None:
        self._folder = Path(target) if target and (target.endswith("/") or Path(target).is_dir()) else None
        self._path = Path(target) if target and self._folder is None else None
        self._suffix = suffix
        self._lines = several and self._folder is None
        self._names: set[str] = set()
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("wb") if self._path else sys.stdout.buffer
        except OSError as error:
            raise MisuseError(f"{target}: cannot be written ({error.strerror})") from error
        if self._lines and suffix == ".xml":
            raise MisuseError("several XML documents do not fit in one stream; name a folder with --output FOLDER/")

    @property
    def compact(self) -> bool:
        """Whether a document must stand on one line."""
        return self._lines

    def write(self, name: str, data: bytes) -> None:
        """Write one document, made from the source `name`."""
        if self._folder is None:
            self._stream.write(data.rstrip(b"\n") + b"\n")
            return
        stem = Path(name).name.split(".")[0] if ":" not in Path(name).name else Path(name).name.replace(":", "-")
        unique, count = stem, 1
        while unique in self._names:
            count += 1
            unique = f"{stem}-{count}"
        self._names.add(unique)
        (self._folder / f"{unique}{self._suffix}").write_bytes(data.rstrip(b"\n") + b"\n")

    def close(self) -> None:
        """Finish the file, when there is one."""
        if self._path is not None:
            self._stream.close()
        else:
            self._stream.flush()
