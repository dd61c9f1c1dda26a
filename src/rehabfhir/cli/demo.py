"""`rehabfhir demo`: the built-in patient stories both ways, a table to read, and the files that were made."""

import argparse

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--output", default="demo-out", metavar="FOLDER", help="where the files are written (default: demo-out)"
    )


def run(args: argparse.Namespace) -> int:
    """Map every story to FHIR and back, in JSON and XML, and compare."""
    from pathlib import Path  # noqa: PLC0415 - `--help` needs none of these

    from rehabfhir.cli._findings import Findings  # noqa: PLC0415
    from rehabfhir.cli._table import table  # noqa: PLC0415
    from rehabfhir.data import folder  # noqa: PLC0415
    from rehabfhir.errors import MisuseError  # noqa: PLC0415
    from rehabfhir.formats import read, write_json, write_xml  # noqa: PLC0415
    from rehabfhir.mapping import from_fhir, to_fhir  # noqa: PLC0415
    from rehabfhir.model import dump, load  # noqa: PLC0415

    target = Path(args.output)
    rows: list[tuple[object, ...]] = []
    differing = 0
    with Findings(None) as findings:
        for story in sorted((folder("fixtures") / "stories").iterdir()):
            source = story / "plan.json"
            if not source.is_file():
                continue
            told = load(source.read_bytes(), source=str(source))
            if not findings.take(story.name, told, b""):
                continue
            bundle = to_fhir(told.values)
            files = {
                "plan.json": dump(told.values),
                "bundle.json": write_json(bundle, pretty=True),
                "bundle.xml": write_xml(bundle),
            }
            try:
                (target / story.name).mkdir(parents=True, exist_ok=True)
                for name, data in files.items():
                    (target / story.name / name).write_bytes(data)
            except OSError as error:
                raise MisuseError(f"{target}: cannot be written ({error.strerror})") from error
            back = from_fhir(files["bundle.json"])
            findings.report(story.name, back.issues)
            from_xml = read(files["bundle.xml"]).tree == bundle
            equal = back.values == told.values and from_xml and to_fhir(back.values, rest=back.rest) == bundle
            differing += not equal
            loss = back.loss
            assert loss is not None  # noqa: S101 - a bundle of ours always gives an account
            rows.append(
                (
                    story.name,
                    len(bundle["entry"]),
                    loss.leaves,
                    loss.mapped,
                    loss.kept,
                    loss.dropped,
                    "yes" if equal else "NO",
                ),
            )
    print(table(("story", "resources", "leaves", "mapped", "kept", "dropped", "round trip equal"), rows))
    print(f"\n{len(rows)} stories; domain JSON, FHIR JSON and FHIR XML of each are in {target}/")
    return 1 if differing or findings.errors else 0
