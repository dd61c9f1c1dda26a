"""Writes ``bundle.json`` and ``bundle.xml`` beside each story's ``plan.json``: the story as a FHIR R4 collection bundle.

Run it from anywhere after a change of a story or of the mapping tables: ``python scripts/build_fixtures.py``. With
``--check`` it writes nothing and exits with status 1 when a file is missing or would change.
"""

import sys
from pathlib import Path

from rehabfhir.formats import write_json, write_xml
from rehabfhir.mapping import to_fhir
from rehabfhir.model import dump, load

STORIES = Path(__file__).parents[1] / "fixtures" / "stories"


def files(story: Path) -> dict[Path, bytes]:
    """Every file of `story` as it should be: the domain JSON in its stable layout, and the bundle in both formats."""
    outcome = load((story / "plan.json").read_bytes(), source=story.name)
    if outcome.issues:
        raise SystemExit("\n".join(str(issue) for issue in outcome.issues))
    bundle = to_fhir(outcome.values, form="collection")
    return {
        story / "plan.json": dump(outcome.values),
        story / "bundle.json": write_json(bundle, pretty=True),
        story / "bundle.xml": write_xml(bundle, pretty=True),
    }


def main() -> int:
    check = "--check" in sys.argv[1:]
    stale = 0
    for story in sorted(path.parent for path in STORIES.glob("*/plan.json")):
        for path, data in files(story).items():
            if path.is_file() and path.read_bytes() == data:
                continue
            stale += 1
            print(f"{'would change' if check else 'written'}: {path.relative_to(STORIES)}")
            if not check:
                path.write_bytes(data)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
