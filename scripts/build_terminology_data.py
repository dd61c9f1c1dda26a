"""Rebuild `src/rehabfhir/terminology/data/` (units, language subtags, countries, currencies) from public registers.

    python scripts/build_terminology_data.py --ucum ucum-essence.xml --subtags JSON --iso DATABASES

where the sources come from well-kept packages, unpacked by hand:

* ``ucum-essence.xml``: the UCUM table, in ``ucumvert`` (PyPI) under ``vendor/``;
* ``JSON``: IANA's register of language subtags, in ``language-subtag-registry`` (npm) under ``data/json``;
* ``DATABASES``: the folder of ISO lists in ``pycountry`` (PyPI), from the iso-codes project.

Only codes, numbers and relations are taken: no descriptions, except IANA's own names of countries (public domain).
"""

import argparse
import json
from pathlib import Path
from xml.etree import ElementTree as ET

DATA = Path(__file__).parents[1] / "src" / "rehabfhir" / "terminology" / "data"
UCUM = "{http://unitsofmeasure.org/ucum-essence}"


def ucum(source: Path) -> None:
    """One line a prefix, base unit or unit: kind, code, flags, value, unit, function."""
    root = ET.parse(source).getroot()
    lines = [
        f"# UCUM {root.get('version')}, {root.get('revision-date')}: codes and factors. See README.md for the source and its terms.",
        "# kind\tcode\tflags (m metric, s special, a arbitrary)\tvalue\tunit\tfunction",
    ]
    lines += [
        f"prefix\t{prefix.get('Code')}\t\t{prefix.find(f'{UCUM}value').get('value')}"
        for prefix in root.iter(f"{UCUM}prefix")
    ]
    lines += [f"base\t{base.get('Code')}\tm" for base in root.iter(f"{UCUM}base-unit")]
    for unit in root.iter(f"{UCUM}unit"):
        value = unit.find(f"{UCUM}value")
        function = value.find(f"{UCUM}function")
        flags = "".join(
            letter
            for letter, name in (("m", "isMetric"), ("s", "isSpecial"), ("a", "isArbitrary"))
            if unit.get(name) == "yes"
        )
        if function is None:
            lines.append(f"unit\t{unit.get('Code')}\t{flags}\t{value.get('value')}\t{value.get('Unit')}")
        else:
            lines.append(
                f"unit\t{unit.get('Code')}\t{flags}\t{function.get('value')}\t{function.get('Unit')}\t{function.get('name')}"
            )
    write("ucum.tsv", lines)


def records(source: Path) -> tuple[str, list[dict[str, str]]]:
    """IANA's registry as JSON: its date and its records."""
    found = json.loads((source / "registry.json").read_text(encoding="utf-8"))
    return json.loads((source / "meta.json").read_text(encoding="utf-8"))["File-Date"], found


def subtags(source: Path) -> None:
    """One line a kind of subtag: the kind, a colon, the subtags."""
    date, found = records(source)
    lines = [f"# IANA Language Subtag Registry, {date}. See README.md."]
    for kind in ("language", "extlang", "script", "region", "variant", "grandfathered"):
        codes = [entry.get("Subtag") or entry["Tag"] for entry in found if entry["Type"] == kind]
        lines.append(f"{kind}: {' '.join(codes)}")
    write("language-subtags.txt", lines)


def countries(source: Path, iso: Path) -> None:
    """ISO 3166-1 (with IANA's names), ISO 3166-2 codes by country, ISO 4217 codes."""
    _, found = records(source)
    names = {entry.get("Subtag"): entry["Description"][0] for entry in found if entry["Type"] == "region"}
    listed = json.loads((iso / "iso3166-1.json").read_text(encoding="utf-8"))["3166-1"]
    lines = ["# ISO 3166-1: alpha-2, alpha-3, numeric; English name as in IANA's register. See README.md."]
    lines += ["\t".join((c["alpha_2"], c["alpha_3"], c["numeric"], names[c["alpha_2"]])) for c in listed]
    write("countries.tsv", lines)
    parts: dict[str, list[str]] = {}
    for entry in json.loads((iso / "iso3166-2.json").read_text(encoding="utf-8"))["3166-2"]:
        country, _, part = entry["code"].partition("-")
        parts.setdefault(country, []).append(part)
    write(
        "subdivisions.txt",
        ["# ISO 3166-2: the country, a colon, its subdivisions. See README.md."]
        + [f"{country}: {' '.join(sorted(codes))}" for country, codes in sorted(parts.items())],
    )
    money = json.loads((iso / "iso4217.json").read_text(encoding="utf-8"))["4217"]
    write(
        "currencies.txt", ["# ISO 4217, current codes. See README.md.", " ".join(sorted(c["alpha_3"] for c in money))]
    )


def write(name: str, lines: list[str]) -> None:
    """Write one data file."""
    (DATA / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(lines)} lines")


def main() -> None:
    """Read the sources named on the command line, write the data files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ucum", type=Path, required=True)
    parser.add_argument("--subtags", type=Path, required=True)
    parser.add_argument("--iso", type=Path, required=True)
    given = parser.parse_args()
    ucum(given.ucum)
    subtags(given.subtags)
    countries(given.subtags, given.iso)


if __name__ == "__main__":
    main()
