"""`rehabfhir profiles`: our own FHIR package; packed for other tools, listed, and shown at work on good and broken examples.

The packing follows https://hl7.org/fhir/R4/packages.html; the same content gives the same bytes.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["configure", "pack", "run"]

_KINDS = {"StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rehabfhir profiles`."""
    commands = parser.add_subparsers(dest="what", required=True)
    packing = commands.add_parser("pack", help="write the package as a .tgz")
    packing.add_argument(
        "--output", type=Path, default=Path(), metavar="DIR", help="folder to write to; the current one by default"
    )
    commands.add_parser("list", help="print what the package holds")
    breaking = commands.add_parser(
        "broken", help="write the negative examples, one file each, and expected.csv with rule and place"
    )
    breaking.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="folder to write to, made when it is not there; the current one by default",
    )
    checking = commands.add_parser(
        "check", help="validate all stories and all negative examples; print a table rule by rule"
    )
    checking.add_argument(
        "--package",
        action="append",
        default=[],
        metavar="NAME#VERSION|TGZ|FOLDER",
        help="FHIR package to load beside ours; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Run `rehabfhir profiles`."""
    if args.what == "check":
        from rehabfhir.cli._rules import check  # noqa: PLC0415 - loads the validator

        return check(args.package)
    if args.what == "pack":
        print(pack(args.output))
    elif args.what == "broken":
        print(f"{_write_broken(args.output)} negative examples in {args.output}")
    else:
        print("\n".join(_listed()))
    return 0


def pack(output: Path) -> Path:
    """Write the package as ``NAME-VERSION.tgz`` into the folder `output` and give back its path.

    The patient stories go along as examples.

    Raises:
        MisuseError: when `output` is no folder, or cannot be written to.
        MissingDataError: when the library was installed without its profiles.
    """
    import gzip  # noqa: PLC0415 - needed for packing alone
    import io  # noqa: PLC0415
    import os  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    from rehabfhir.errors import MisuseError  # noqa: PLC0415

    manifest = _manifest()
    target = output / f"{manifest['name']}-{manifest['version']}.tgz"
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, data in _files():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(packed.getvalue())
        unfinished.replace(target)
    except OSError as error:
        raise MisuseError(
            f"cannot write {target}: {error.strerror}; name a folder that exists and may be written to with --output"
        ) from error
    return target


def _write_broken(output: Path) -> int:
    import csv  # noqa: PLC0415 - needed here alone

    import orjson  # noqa: PLC0415 - `--help` needs no JSON

    from rehabfhir.cli._broken import broken  # noqa: PLC0415
    from rehabfhir.data import folder  # noqa: PLC0415
    from rehabfhir.errors import MisuseError  # noqa: PLC0415

    lines = []
    try:
        output.mkdir(parents=True, exist_ok=True)
        for each in broken(folder("fixtures")):
            file = f"{each.name}.json"
            data = orjson.dumps(each.resource, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
            (output / file).write_bytes(data)
            lines.append((file, each.rule, each.severity, each.place, each.why))
        with (output / "expected.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("file", "rule", "severity", "expression", "why"), *lines])
    except OSError as error:
        raise MisuseError(
            f"cannot write to {output}: {error.strerror}; name a folder that may be written to with --output"
        ) from error
    return len(lines)


def _manifest() -> dict[str, Any]:
    import orjson  # noqa: PLC0415 - `--help` needs no JSON

    manifest: dict[str, Any] = orjson.loads((_folder() / "package.json").read_bytes())
    return manifest


def _folder() -> Path:
    from rehabfhir.data import folder  # noqa: PLC0415 - as above

    return folder("profiles") / "package"


def _files() -> Iterator[tuple[str, bytes]]:
    """Path inside the package and bytes of every file: the manifest first, then by name, then the examples."""
    from rehabfhir.data import folder  # noqa: PLC0415 - as above

    first = ("package.json", ".index.json")
    for name in (*first, *sorted(path.name for path in _folder().glob("*.json") if path.name not in first)):
        yield name, (_folder() / name).read_bytes()
    for story in sorted((folder("fixtures") / "stories").glob("*/bundle.json")):
        yield f"example/Bundle-{story.parent.name}.json", story.read_bytes()


def _listed() -> Iterator[str]:
    import orjson  # noqa: PLC0415 - as above

    manifest = _manifest()
    yield f"{manifest['name']}#{manifest['version']}: {manifest['title']}"
    stands_on = ", ".join(f"{name}#{version}" for name, version in manifest["dependencies"].items())
    yield f"stands on {stands_on}"
    for path in sorted(_folder().glob("*-*.json")):
        resource = orjson.loads(path.read_bytes())
        kind = resource["resourceType"]
        if kind in _KINDS:
            what = resource["type"] if kind == "StructureDefinition" else kind
            yield f"{what:<22} {resource['url']}  {resource.get('title', '')}".rstrip()
