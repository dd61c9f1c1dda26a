"""`from_fhir` + `to_fhir` against `fhir.resources` parse + dump, on the same resources, in one run.

    python benchmarks/mapping.py [--examples FILE.tgz|FOLDER ...] [--seconds N]

Both sides start from the bytes of a resource and end with bytes. Ours reads the domain value, the rest and the account, and
writes the source again from value and rest; theirs is `model_validate_json` + `model_dump_json` of fhir.resources (R4B). The
two take turns, round by round; processor time counts, not the clock, and the best round of each. Resources that fhir.resources
refuses are left out for both and counted.
"""

import argparse
import json
import os
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from rehabfhir.formats import write_json
from rehabfhir.mapping import from_fhir, to_fhir

KINDS = ("CarePlan", "Procedure", "QuestionnaireResponse")
ROOT = Path(__file__).parents[1]


def _documents(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*.json")):
                yield file.read_bytes()
        elif path.suffix in {".tgz", ".gz"}:
            with tarfile.open(path) as archive:
                for member in archive:
                    opened = archive.extractfile(member) if member.name.endswith(".json") else None
                    if opened is not None:
                        yield opened.read()
        else:
            yield path.read_bytes()


def resources(paths: list[Path]) -> dict[str, list[bytes]]:
    """The resources of the three kinds under `paths`, those in bundles too, as bytes; each text once."""
    found: dict[str, dict[bytes, None]] = {kind: {} for kind in KINDS}
    for raw in _documents(paths):
        try:
            tree = orjson.loads(raw)
        except orjson.JSONDecodeError:
            continue
        if not isinstance(tree, dict):
            continue
        if tree.get("resourceType") in found:
            found[tree["resourceType"]].setdefault(raw)
        elif tree.get("resourceType") == "Bundle":
            for entry in tree.get("entry", ()):
                resource = entry.get("resource", {})
                if resource.get("resourceType") in found:
                    found[resource["resourceType"]].setdefault(orjson.dumps(resource))
    return {kind: list(texts) for kind, texts in found.items()}


def ours(raw: bytes) -> bytes:
    """Bytes to value, rest and account, and back to bytes."""
    read = from_fhir(raw)
    return write_json(to_fhir(read.values, rest=read.rest))


def _timed(work: Callable[[bytes], object], texts: list[bytes]) -> float:
    start = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - start


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = [ROOT / "fixtures" / "stories"]
    examples = os.environ.get("REHABFHIR_EXAMPLES")
    parser.add_argument("--examples", type=Path, nargs="*", default=[*default, *([Path(examples)] if examples else [])])
    parser.add_argument("--seconds", type=float, default=4.0, help="how long to measure each kind")
    options = parser.parse_args()
    try:
        from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - the peer, if it is there
    except ImportError:
        print("this benchmark needs the peer: pip install 'rehabfhir[models]'", file=sys.stderr)
        return 2
    print(
        "| kind | resources | bytes each | fhir.resources parse + dump, a second | from_fhir + to_fhir, a second | ratio |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    short = False
    for kind, texts in resources(options.examples).items():
        model = get_fhir_model_class(kind)

        def theirs(raw: bytes, model: object = model) -> object:
            return model.model_validate_json(raw).model_dump_json()  # type: ignore[attr-defined]

        both = []
        for text in texts:
            if orjson.loads(ours(text)) != json.loads(text):
                print(f"a {kind} does not come back as it was", file=sys.stderr)
                return 1
            try:
                theirs(text)
            except ValueError:
                continue
            both.append(text)
        if not both:
            print(f"| {kind} | 0 | | | | |")
            continue
        mine = peer = float("inf")
        end = time.perf_counter() + options.seconds
        rounds = 0
        while time.perf_counter() < end or rounds < 5:
            peer = min(peer, _timed(theirs, both))
            mine = min(mine, _timed(ours, both), _timed(ours, both))
            rounds += 1
        count = len(both)
        ratio = peer / mine
        short = short or ratio < 10
        size = sum(map(len, both)) // count
        left = f" ({len(texts) - count} left out)" if count < len(texts) else ""
        print(f"| {kind} | {count}{left} | {size} | {count / peer:.0f} | {count / mine:.0f} | {ratio:.1f} |")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
