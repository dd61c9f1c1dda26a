"""FHIR definitions: the embedded R4 core, packages, canonical look-up, snapshot generation.

`Definitions` is imported on first use: readers of FHIR need `definitions.r4` alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rehabfhir.definitions.store import Definitions

__all__ = ["Definitions"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rehabfhir.definitions' has no attribute {name!r}")
    from rehabfhir.definitions.store import Definitions  # noqa: PLC0415 - see above

    return Definitions
