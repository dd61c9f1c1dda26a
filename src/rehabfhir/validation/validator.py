"""`Validator`: definitions loaded and compiled once, then any number of resources checked, from any number of threads."""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from rehabfhir.definitions import Definitions
from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue, Outcome
from rehabfhir.terminology import Terminology, TerminologyServer
from rehabfhir.validation.engine import Engine
from rehabfhir.validation.options import ValidationOptions
from rehabfhir.validation.order import in_document_order

__all__ = ["Validator"]

Tree = dict[str, Any]
_RANK = {"fatal": 0, "error": 1, "warning": 2, "information": 3}


class Validator:
    """Checks FHIR R4 resources against their types, their profiles and the rules of FHIR, offline.

    Args:
        packages: FHIR packages: ``name#version`` in the standard cache, a .tgz, a folder, a JSON file, or a resource.
        definitions: single profiles, value sets, code systems and so on, as trees; they go before the packages.
        fetch: finds a resource by its reference (``Patient/1``), for the policies that follow references; None when it cannot.
        server: a terminology server, asked only about what cannot be told offline.
        options: policies, named in `ValidationOptions`; given one by one as keywords they change those.

    Raises:
        PackageError: when a package cannot be found, read or trusted.
        MisuseError: when an option does not exist.

    >>> outcome = Validator().validate({"resourceType": "Patient", "gender": "fluid"})
    >>> [(issue.expression, issue.rule) for issue in outcome.issues]
    [('Patient.gender', 'binding-required')]
    """

    def __init__(
        self,
        packages: Iterable[str | os.PathLike[str] | Tree] = (),
        definitions: Iterable[Tree] = (),
        *,
        fetch: Callable[[str], Tree | None] | None = None,
        server: TerminologyServer | None = None,
        options: ValidationOptions | None = None,
        **policies: Any,
    ) -> None:
        try:
            chosen = replace(options or ValidationOptions(), **policies)
        except TypeError as error:
            raise MisuseError(f"no such option: {error}") from error
        given = list(definitions)
        self.definitions = Definitions(packages, given)
        self.terminology = Terminology(self.definitions, server)
        self.options = chosen
        guides = [each for each in given if each.get("resourceType") == "ImplementationGuide"]
        self._engine = Engine(self.definitions, self.terminology, chosen, fetch, guides)

    def validate(self, resource: Any, profiles: Iterable[str] = ()) -> Outcome:
        """Everything there is to say about one resource.

        Args:
            resource: a JSON tree, FHIR JSON or XML as bytes or text, a `rehabfhir.formats.Source`, or a fhir.resources model.
            profiles: canonicals of profiles to check against, beside those in ``meta.profile``.

        Returns:
            an `Outcome` with every finding, in document order; lines and columns when the resource was text.

        Raises:
            MisuseError: when `resource` is none of these.
        """
        if isinstance(profiles, str):
            raise MisuseError("profiles is a list of canonicals; put the one that you have in a list")
        if isinstance(resource, dict):
            return Outcome(tuple(_settled(self._engine.root(resource, list(profiles)), resource)))
        source = _source(resource)
        if source is None:
            tree = _tree(resource)
            return Outcome(tuple(_settled(self._engine.root(tree, list(profiles)), tree)))
        found = list(source.issues)
        if source.tree is not None:
            found += self._engine.root(source.tree, list(profiles), as_read=source.format == "xml")
        return Outcome(tuple(_placed(_settled(found, source.tree), source)))


def _source(resource: Any) -> Any:
    """What `rehabfhir.formats` reads from text; None when `resource` is no text."""
    from rehabfhir.formats import Source, read  # noqa: PLC0415 - only for text

    if isinstance(resource, Source):
        return resource
    if isinstance(resource, (bytearray, memoryview)):
        resource = bytes(resource)
    return read(resource) if isinstance(resource, (bytes, str)) else None


def _tree(model: Any) -> Tree:
    """The tree of a fhir.resources model."""
    dump = getattr(model, "model_dump_json", None) or getattr(model, "json", None)
    if not callable(dump):
        message = f"validate takes a dict, bytes, text, a Source or a fhir.resources model, not {type(model).__name__}"
        raise MisuseError(message)
    import orjson  # noqa: PLC0415 - only for models

    tree = orjson.loads(dump())
    if not isinstance(tree, dict):
        raise MisuseError("the model is no resource")
    return tree


def _settled(issues: list[Issue], tree: Any) -> list[Issue]:
    """Each finding once, in document order."""
    if len(issues) < 2:
        return issues
    seen: set[tuple[str, str, str, str]] = set()
    kept: list[Issue] = []
    for issue in issues:
        key = (issue.expression, issue.rule, issue.severity, issue.message)
        if key not in seen:
            seen.add(key)
            kept.append(issue)
    return in_document_order(kept, tree)


def _placed(issues: list[Issue], source: Any) -> list[Issue]:
    """Line and column on each finding, and document order."""
    if not issues:
        return issues
    placed: list[Issue] = []
    for issue in issues:
        if issue.line is None and issue.expression:
            position = source.position(issue.expression)
            placed.append(replace(issue, line=position[0], column=position[1]) if position else issue)
        else:
            placed.append(issue)
    return placed
