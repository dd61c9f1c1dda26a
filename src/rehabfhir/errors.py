"""Exceptions: misuse and environment. Findings about data are values (`rehabfhir.findings`), never raised.

RehabFhirError
├── MisuseError              the caller asked for something that has no meaning
│   ├── NotOneValueError     `.value` asked of an outcome that holds none or several
│   └── TableError           a mapping table that cannot be loaded; lists every defect
├── MissingExtraError        an optional dependency is not installed; names the extra
├── MissingDataError         a file or folder that ships with the library is not there
└── PackageError             a FHIR package cannot be found, read or trusted
"""

from dataclasses import dataclass

__all__ = [
    "MissingDataError",
    "MissingExtraError",
    "MisuseError",
    "NotOneValueError",
    "PackageError",
    "RehabFhirError",
    "TableError",
]


class RehabFhirError(Exception):
    """Root of everything this library raises on purpose."""


class MisuseError(RehabFhirError):
    """The call itself is wrong: an argument of the wrong kind, an option that does not exist."""


@dataclass
class NotOneValueError(MisuseError):
    """`Outcome.value` was asked for, but the source held `count` values."""

    count: int

    def __str__(self) -> str:
        if self.count == 0:
            return "the source gave no value; read .issues for the reason"
        return f"the source gave {self.count} values; use .values"


@dataclass
class TableError(MisuseError):
    """A mapping table does not load; `defects` says, line by line, what is wrong with it."""

    table: str
    defects: tuple[str, ...]

    def __str__(self) -> str:
        listed = "\n".join(f"  - {defect}" for defect in self.defects)
        return f"mapping table {self.table} has {len(self.defects)} defect(s):\n{listed}"


@dataclass
class MissingExtraError(RehabFhirError):
    """`feature` needs an optional dependency; install `rehabfhir[extra]`."""

    feature: str
    extra: str

    def __str__(self) -> str:
        return f"{self.feature} needs an optional dependency: pip install 'rehabfhir[{self.extra}]'"


@dataclass
class MissingDataError(RehabFhirError):
    """A data file of the library is not where it was installed."""

    name: str

    def __str__(self) -> str:
        return f"the library's own data '{self.name}' is missing; reinstall rehabfhir"


@dataclass
class PackageError(RehabFhirError):
    """A FHIR package cannot be used: `package` names it, `reason` says why and what to do."""

    package: str
    reason: str

    def __str__(self) -> str:
        return f"FHIR package {self.package}: {self.reason}"
