"""Rebuild the embedded KVÅ subset, `src/rehabfhir/terminology/data/kva/embedded.tsv`, from a table of reviewed codes.

    python scripts/build_kva_subset.py REVIEWED.tsv

REVIEWED.tsv has the columns code, label, group, source_url, verified. Only rows that a reviewer has seen verbatim in the
named source (``verified`` = y) are taken. A source that ends in ``#KVA-2020`` is the national list of spring 2020; the
others are pages about codes that were new or in use in 2021.
"""

import csv
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src" / "rehabfhir" / "terminology" / "data" / "kva" / "embedded.tsv"


def main(source: Path) -> None:
    """Write the embedded subset."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["verified"] == "y"]
    sources = list(dict.fromkeys(row["source_url"] for row in rows))
    lines = ["# KVÅ, a reviewed subset: code, edition in which it was seen, source, group (ours), title as published."]
    lines += [f"# source {number}: {url}" for number, url in enumerate(sources, 1)]
    for row in sorted(rows, key=lambda row: row["code"]):
        number = sources.index(row["source_url"]) + 1
        edition = "2020" if row["source_url"].endswith("#KVA-2020") else "2021"
        lines.append("\t".join((row["code"], edition, str(number), row["group"], row["label"])))
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(rows)} codes from {len(sources)} sources")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
