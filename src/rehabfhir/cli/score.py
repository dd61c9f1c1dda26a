"""`rehabfhir score`: the scores of assessments as a table, and as Observations; the forms of the instruments themselves."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rehabfhir.cli._sources import Input
    from rehabfhir.instruments import Instrument, Scored, ValueSet

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rehabfhir score`."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="FILE|FOLDER|-",
        help="QuestionnaireResponses, Bundles that hold them, or domain JSON with assessments; stdin when left out",
    )
    parser.add_argument(
        "--instrument",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="score by this one, whatever the source names; a file of your own is only looked in when a name fits, or when it is the only one",
    )
    parser.add_argument(
        "--value-set", type=Path, metavar="FILE", help="for an index: lines of 'profile;value' under '# name: …'"
    )
    parser.add_argument(
        "--observations",
        metavar="FILE",
        help="write the scores as Observations here: a Bundle, or one a line when FILE ends with .ndjson",
    )
    parser.add_argument(
        "--change", action="store_true", help="also print how the scores of one person moved between the sources"
    )
    parser.add_argument("--list", action="store_true", help="print the instruments at hand, with their licences")
    parser.add_argument(
        "--questionnaire", action="store_true", help="print the named instrument as a FHIR Questionnaire"
    )
    parser.add_argument(
        "--example", action="store_true", help="print the example of an instrument file (Hälsoskattning)"
    )


def run(args: argparse.Namespace) -> int:
    """Score each source, or print what was asked for instead."""
    from rehabfhir.errors import MisuseError  # noqa: PLC0415 - `--help` needs none of these
    from rehabfhir.instruments import example, load_value_set  # noqa: PLC0415

    if args.example:
        print(example(), end="")
        return 0
    chosen = [_instrument(name) for name in args.instrument]
    if args.list:
        return _list(chosen)
    if args.questionnaire:
        if len(chosen) != 1:
            raise MisuseError("--questionnaire needs one --instrument")
        return _questionnaire(chosen[0])
    return _score(args, chosen, load_value_set(args.value_set) if args.value_set else None)


def _instrument(name: str) -> "Instrument":
    from rehabfhir.errors import MisuseError  # noqa: PLC0415
    from rehabfhir.instruments import instruments, load, named  # noqa: PLC0415

    found = named(name)
    if found is not None:
        return found
    if Path(name).is_file():
        return load(Path(name))
    known = ", ".join(instrument.id for instrument in instruments())
    raise MisuseError(f"no instrument is called '{name}', and there is no such file; known are {known}")


def _list(chosen: "list[Instrument]") -> int:
    from rehabfhir.cli._table import table  # noqa: PLC0415
    from rehabfhir.instruments import instruments  # noqa: PLC0415

    rows = [
        (each.id, str(len(each.items)), ", ".join(scale.id for scale in each.scales), each.licence.kind, each.title)
        for each in (*chosen, *instruments())
    ]
    print(table(("id", "items", "scores", "licence", "title"), rows))
    return 0


def _questionnaire(instrument: "Instrument") -> int:
    from rehabfhir.formats import write_json  # noqa: PLC0415
    from rehabfhir.instruments import questionnaire  # noqa: PLC0415

    print(write_json(questionnaire(instrument), pretty=True).decode(), end="")
    return 0


def _score(args: argparse.Namespace, chosen: "list[Instrument]", value_set: "ValueSet | None") -> int:
    from rehabfhir.cli._sources import inputs  # noqa: PLC0415
    from rehabfhir.errors import MisuseError  # noqa: PLC0415
    from rehabfhir.instruments import observations, score  # noqa: PLC0415

    only = chosen[0] if len(chosen) == 1 else None
    made: list[dict[str, Any]] = []
    series: list[tuple[str, str, Scored]] = []
    errors = 0
    for given in inputs(args.paths):
        responses = list(_responses(given))
        if not responses:
            print(f"{given.name}: no assessment in it", file=sys.stderr)
            errors += 1
        for response in responses:
            try:
                scored = score(response, only, value_set=value_set, more=chosen)
            except MisuseError as error:  # one form of another kind among many is no reason to stop
                print(f"{given.name}: warning: {error}", file=sys.stderr)
                continue
            _print(given.name, response, scored)
            for issue in scored.issues:
                print(f"{given.name}: {issue}", file=sys.stderr)
            errors += any(issue.severity == "error" for issue in scored.issues)
            made += observations(scored, response)
            series.append((_person(response), str(response.get("authored", "")), scored))
    if args.observations:
        _write(args.observations, made)
    if args.change:
        _changes(series)
    return 1 if errors or not series else 0


def _responses(given: "Input") -> Iterator[Mapping[str, Any]]:
    """The QuestionnaireResponses of a source, as trees: alone, in a Bundle, or made from domain JSON."""
    tree = given.source.tree
    if not isinstance(tree, dict):
        for issue in given.source.issues:
            print(f"{given.name}: {issue}", file=sys.stderr)
        return
    if "resourceType" not in tree:
        from rehabfhir.cli._documents import read_document  # noqa: PLC0415 - only for domain JSON
        from rehabfhir.mapping import to_fhir  # noqa: PLC0415
        from rehabfhir.model import Assessment  # noqa: PLC0415

        outcome, _ = read_document(given.source.raw, given.name)
        for issue in outcome.issues:
            print(f"{given.name}: {issue}", file=sys.stderr)
        assessments = [value for value in outcome.values if isinstance(value, Assessment)]
        tree = to_fhir(assessments) if assessments else {}
    if tree.get("resourceType") == "QuestionnaireResponse":
        yield tree
    entries = tree.get("entry") if tree.get("resourceType") == "Bundle" else None
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == "QuestionnaireResponse":
            yield resource


def _person(response: Mapping[str, Any]) -> str:
    subject = response.get("subject")
    if not isinstance(subject, Mapping):
        return ""
    identifier = subject.get("identifier")
    number = identifier.get("value") if isinstance(identifier, Mapping) else None
    return str(subject.get("reference") or number or "")


def _print(name: str, response: Mapping[str, Any], scored: "Scored") -> None:
    from rehabfhir.cli._table import table  # noqa: PLC0415

    print(f"{name}  {scored.instrument.title}  {response.get('authored', '')}".rstrip())
    rows = []
    for entry in scored.scores:
        value = "-" if entry.missing else entry.text if entry.value is None else str(entry.value)
        remark = entry.band or entry.method or (entry.reason if entry.missing else "")
        rows.append((entry.scale.id, entry.scale.title, value, f"{entry.answered}/{entry.of}", remark))
    print(table(("scale", "", "score", "answered", ""), rows))


def _write(target: str, made: list[dict[str, Any]]) -> None:
    from rehabfhir.errors import MisuseError  # noqa: PLC0415
    from rehabfhir.formats import write_json  # noqa: PLC0415

    if target.endswith(".ndjson"):
        data = b"".join(write_json(tree).rstrip(b"\n") + b"\n" for tree in made)
    else:
        entries = [{"resource": tree} for tree in made]
        data = write_json({"resourceType": "Bundle", "type": "collection", "entry": entries}, pretty=True)
    try:
        if target == "-":
            sys.stdout.buffer.write(data)
        else:
            Path(target).write_bytes(data)
    except OSError as error:
        raise MisuseError(f"{target}: cannot be written ({error.strerror})") from error
    if target != "-":
        print(f"{len(made)} observations in {target}")


def _changes(series: "list[tuple[str, str, Scored]]") -> None:
    from rehabfhir.cli._table import table  # noqa: PLC0415
    from rehabfhir.instruments import change  # noqa: PLC0415

    groups: dict[tuple[str, str], list[tuple[str, Scored]]] = {}
    for person, when, scored in series:
        groups.setdefault((person, scored.instrument.id), []).append((when, scored))
    for number, ((_, instrument), listed) in enumerate(groups.items(), 1):
        rows = [
            (each.scale.id, str(each.first[1]), str(each.last[1]), f"{each.difference:+}", each.verdict)
            for each in change(listed)
        ]
        if rows:
            print(f"person {number}  {instrument}  {len(listed)} times")
            print(table(("scale", "first", "last", "change", ""), rows))
