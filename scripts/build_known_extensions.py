"""Write the list of extensions that HL7 has published since R4: `build_known_extensions.py hl7.fhir.uv.extensions.r4-VERSION.tgz`.

The package (CC0) comes from the npm registry: `npm pack hl7.fhir.uv.extensions.r4`. Only the names are kept; whoever wants the
definitions loads the package itself.
"""

import json
import sys
import tarfile
from pathlib import Path

from rehabfhir.definitions.core import core

BASE = "http://hl7.org/fhir/StructureDefinition/"
TARGET = Path(__file__).parents[1] / "src" / "rehabfhir" / "validation" / "known_extensions.txt"


def main() -> None:
    source = Path(sys.argv[1])
    names = set()
    with tarfile.open(source) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if name.startswith("StructureDefinition-") and name.endswith(".json"):
                definition = json.load(archive.extractfile(member))
                url = definition["url"]
                if definition["type"] == "Extension" and url.startswith(BASE) and url not in core().structures:
                    names.add(url[len(BASE) :])
    head = f"# Extensions under {BASE} that the R4 core does not have. Source: {source.name} (CC0).\n"
    TARGET.write_text(head + "".join(f"{each}\n" for each in sorted(names)), encoding="utf-8")
    print(f"{len(names)} names in {TARGET}")


if __name__ == "__main__":
    main()
