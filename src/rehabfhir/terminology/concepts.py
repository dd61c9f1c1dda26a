"""Concept maps kept as files (`mappings/concepts/`): one code system's codes in another's words.

A map is a table ``[concepts.NAME]`` with ``both`` (exact pairs), ``to`` and ``from`` (one way), the systems of both sides,
and the source that states the pairs. A map without a target system gives words.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rehabfhir.data import folder
from rehabfhir.errors import MisuseError
from rehabfhir.terminology.systems import canonical

__all__ = ["ConceptMap", "concept_map", "concept_maps", "translate"]


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """Pairs of codes of two systems.

    Attributes:
        name: its name.
        title: what it is for.
        source_system: system of the codes on the left; "" when they are the domain's own words.
        target_system: system of the codes on the right; "" when they are words.
        both: pairs that mean the same.
        to: left -> right where the way back does not hold.
        back: right -> left where the way there does not hold.
        source: who states the pairs.
    """

    name: str
    title: str = ""
    source_system: str = ""
    target_system: str = ""
    both: Mapping[str, str] = field(default_factory=dict)
    to: Mapping[str, str] = field(default_factory=dict)
    back: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def forward(self, code: str) -> str | None:
        """The code on the right; None when the map has none."""
        return self.both.get(code) or self.to.get(code)

    def backward(self, code: str) -> str | None:
        """The code on the left; None when the map has none. Words are found whatever their case."""
        wanted = code if self.target_system else code.strip().casefold()
        if wanted in self.back:
            return self.back[wanted]
        return next((left for left, right in self.both.items() if right == wanted), None)

    def to_fhir(self, base: str) -> dict[str, Any]:
        """The map as an R4 ConceptMap.

        Args:
            base: canonical base of the resource, for instance ``https://rehabfhir.org/fhir``.

        Raises:
            MisuseError: for a map of words, which FHIR's ConceptMap cannot hold.
        """
        if not self.source_system or not self.target_system:
            raise MisuseError(f"concept map {self.name} has words on one side; FHIR's ConceptMap holds codes only")
        pairs = [(left, right, "equal") for left, right in self.both.items()]
        pairs += [(left, right, "wider") for left, right in self.to.items()]
        return {
            "resourceType": "ConceptMap",
            "id": self.name,
            "url": f"{base}/ConceptMap/{self.name}",
            "name": "".join(part.capitalize() for part in self.name.split("-")),
            "title": self.title,
            "status": "active",
            "group": [
                {
                    "source": self.source_system,
                    "target": self.target_system,
                    "element": [
                        {"code": left, "target": [{"code": right, "equivalence": relation}]}
                        for left, right, relation in pairs
                    ],
                }
            ],
        }


@cache
def concept_maps() -> Mapping[str, ConceptMap]:
    """Every map of the data folder, by name.

    Raises:
        MissingDataError: when the library was installed without its mappings.
        MisuseError: when a file is not TOML.
    """
    found: dict[str, ConceptMap] = {}
    for path in sorted((folder("mappings") / "concepts").glob("*.toml")):
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise MisuseError(f"{path.name}: not TOML ({error})") from error
        for name, raw in document.get("concepts", {}).items():
            found[name] = ConceptMap(
                name=name,
                title=raw.get("title", ""),
                source_system=raw.get("source_system", ""),
                target_system=raw.get("target_system", ""),
                both=raw.get("both", {}),
                to=raw.get("to", {}),
                back=raw.get("from", {}),
                source=raw.get("source", ""),
            )
    return found


def concept_map(name: str) -> ConceptMap:
    """The map of this name.

    Raises:
        MisuseError: when there is none.
    """
    found = concept_maps().get(name)
    if found is None:
        raise MisuseError(f"no concept map is called '{name}'; known are {', '.join(sorted(concept_maps()))}")
    return found


def translate(system: str, code: str, target: str) -> str | None:
    """The code that means the same in another system, by whichever map knows; None when none does.

    Args:
        system: URI or OID of the code's system, in any form that is read.
        code: the code.
        target: URI or OID of the wanted system.

    >>> translate("https://fhir.inera.se/CodeSystem/typeofcareplan-cs", "RP", "1.2.752.116.2.1.1")
    '736055001'
    """
    left, right = canonical(system), canonical(target)
    for known in concept_maps().values():
        sides = canonical(known.source_system), canonical(known.target_system)
        found = (
            known.forward(code) if sides == (left, right) else known.backward(code) if sides == (right, left) else None
        )
        if found is not None:
            return found
    return None
