"""Code systems of Swedish care by every name that they go by: one URI is written, all forms are read.

The names are data (`data/systems.toml`), each with its source. A form that is a typo, or another system's URI, is
recognised and said to be so.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rehabfhir.errors import MisuseError
from rehabfhir.terminology import datafiles
from rehabfhir.terminology.kva_types import is_shaped

__all__ = ["CodeSystemName", "Recognised", "canonical", "named", "recognise", "systems"]

_OID = re.compile(r"(?:urn:)?(?:oid:)?([0-2](?:\.(?:0|[1-9]\d*))+)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class CodeSystemName:
    """A code system and what it is called.

    Attributes:
        key: our short name, for instance ``kva``.
        name: its name in Swedish care.
        uri: what we write in ``Coding.system``.
        version: what we write in ``Coding.version`` where the edition has a fixed name (SNOMED CT's Swedish module).
        forms: further URIs that can be chosen for writing, by name.
        codes: the codes of a small system, with displays ("" where none is published).
        source: where the URI was found.
    """

    key: str
    name: str
    uri: str
    version: str | None = None
    forms: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] | None = None
    source: str = ""

    def written(self, form: str | None = None) -> str:
        """The URI to write.

        Args:
            form: name of one of `forms`; None for `uri`.

        Raises:
            MisuseError: when the system has no form of that name.
        """
        if form is None:
            return self.uri
        if form not in self.forms:
            raise MisuseError(f"{self.name} has no form '{form}'; known are {', '.join(self.forms) or 'none'}")
        return self.forms[form]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A system recognised from a URI or OID.

    Attributes:
        system: which one.
        canonical: True when the form is the one that we write.
        part: the part of the system that the form names (KKÅ or KMÅ), if any.
        wrong: why the form is not right, if it is not.
        ambiguous: True when the form also names another system, so that the code has to decide.
        source: where the form was found.
    """

    system: CodeSystemName
    canonical: bool = False
    part: str | None = None
    wrong: str | None = None
    ambiguous: bool = False
    source: str = ""


def _folded(form: str) -> str:
    """A URI or OID in the form that comparing needs: OIDs bare, http and trailing slash levelled."""
    text = form.strip()
    oid = _OID.fullmatch(text)
    if oid:
        return oid[1]
    return text.rstrip("/").lower().replace("https://", "http://", 1)


@cache
def _load() -> tuple[dict[str, CodeSystemName], dict[str, Recognised]]:
    document: dict[str, Any] = tomllib.loads(datafiles.text("systems.toml"))
    by_key: dict[str, CodeSystemName] = {}
    by_form: dict[str, Recognised] = {}
    for entry in document["system"]:
        system = CodeSystemName(
            key=entry["key"],
            name=entry["name"],
            uri=entry["uri"],
            version=entry.get("version"),
            forms=entry.get("forms", {}),
            codes=entry.get("codes"),
            source=entry["source"],
        )
        by_key[system.key] = system
        by_form[_folded(system.uri)] = Recognised(system, canonical=True, source=system.source)
    for entry in document["system"]:
        for alias in entry.get("alias", ()):
            if alias.get("shared"):  # another system's own URI; only a human can tell that it was meant for this one
                continue
            found = Recognised(
                by_key[entry["key"]],
                part=alias.get("part"),
                wrong=alias.get("wrong"),
                ambiguous=alias.get("ambiguous", False),
                source=alias["source"],
            )
            by_form.setdefault(_folded(alias["uri"]), found)
    return by_key, by_form


def systems() -> tuple[CodeSystemName, ...]:
    """Every named system, in the order of the file."""
    return tuple(_load()[0].values())


def named(key: str) -> CodeSystemName:
    """The system with this short name.

    Raises:
        MisuseError: when there is none.
    """
    found = _load()[0].get(key)
    if found is None:
        raise MisuseError(f"no code system is called '{key}'; known are {', '.join(_load()[0])}")
    return found


def recognise(form: str, code: str | None = None) -> Recognised | None:
    """The system that a URI or OID names, in whatever form; None when it is none of ours.

    Args:
        form: ``urn:oid:…``, a bare OID, ``OID:…`` or a URL.
        code: the code that stands with it, which decides where an OID has been used for two systems.

    >>> recognise("1.2.752.116.1.3.2.3.6").part
    'KKÅ'
    """
    found = _load()[1].get(_folded(form))
    if found is not None and code is not None and found.system.key == "kv-informationstyp" and is_shaped(code):
        return Recognised(named("kva"), ambiguous=True, source=found.source)
    return found


def canonical(form: str, code: str | None = None) -> str:
    """The URI that we write for the system; `form` unchanged when the system is none of ours."""
    found = recognise(form, code)
    return form if found is None else found.system.uri
