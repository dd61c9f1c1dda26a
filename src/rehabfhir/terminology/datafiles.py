"""The data files beside this package, as text."""

__all__ = ["text"]


def text(name: str) -> str:
    """The file `name` of the folder ``data``."""
    from importlib.resources import files  # noqa: PLC0415 - costs as much as all of this package, and few calls need it

    return files("rehabfhir.terminology").joinpath("data", *name.split("/")).read_text(encoding="utf-8")
