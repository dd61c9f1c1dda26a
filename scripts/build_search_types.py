"""Write the types of R4's own search parameters as a compact list: `build_search_types.py hl7.fhir.r4.core-4.0.1.tgz`.

The source is HL7's package hl7.fhir.r4.core 4.0.1 (CC0): https://registry.npmjs.org/hl7.fhir.r4.core.
"""

import json
import sys
import tarfile
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/rehabfhir/validation/resources/search_types.txt"
BASE = "http://hl7.org/fhir/SearchParameter/"
HEAD = "# Search parameters of FHIR R4 4.0.1 (hl7.fhir.r4.core, CC0): owner, then code:type. Made by scripts/build_search_types.py.\n"


def main() -> None:
    rows: dict[str, list[str]] = defaultdict(list)
    with tarfile.open(sys.argv[1]) as archive:
        for member in archive:
            if "/SearchParameter-" in member.name:
                tree = json.load(archive.extractfile(member))
                if tree["url"].startswith(BASE):
                    owner, _, code = tree["url"].removeprefix(BASE).partition("-")
                    rows[owner].append(f"{code}:{tree['type']}")
    lines = [f"{owner} {' '.join(sorted(codes))}\n" for owner, codes in sorted(rows.items())]
    TARGET.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"{sum(map(len, rows.values()))} search parameters -> {TARGET}")


if __name__ == "__main__":
    main()
