"""`rehabfhir terminology`: look up a code, check the codes that a file uses, import lists of KVÅ, search, list."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rehabfhir.terminology.kva import Kva, KvaCode
    from rehabfhir.terminology.usage import Use

__all__ = ["configure", "run"]


def _a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("expected a day such as 2026-03-01") from error


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rehabfhir terminology`."""
    commands = parser.add_subparsers(dest="what", required=True)
    look = commands.add_parser(
        "lookup",
        help="what a KVÅ code is; exit status 0 known and reportable, 1 unknown, a heading or not valid on the day",
    )
    look.add_argument("code")
    look.add_argument(
        "--system",
        metavar="NAME|URI|OID",
        help="another code system than KVÅ, by any of its names (see 'terminology list')",
    )
    look.add_argument(
        "--package", action="append", default=[], metavar="PACKAGE", help="FHIR packages with further code systems"
    )
    look.add_argument("--on", type=_a_day, metavar="DAY", help="the day of the procedure; the newest lists by default")
    look.add_argument("--output", choices=["text", "json"], default="text")
    check = commands.add_parser(
        "check", help="the codes that files use: unknown, headings, outdated on the day of the procedure"
    )
    check.add_argument(
        "paths", nargs="*", metavar="FILE", help="FHIR or domain files, folders, .txt with a code a line, - for stdin"
    )
    check.add_argument("--on", type=_a_day, metavar="DAY", help="the day for codes that have none around them")
    check.add_argument("--output", choices=["text", "json"], default="text")
    bring = commands.add_parser(
        "import", help="keep a list of KVÅ codes: the official workbook, the older text files, a region's own"
    )
    bring.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="one workbook, or the text files of KKÅ and KMÅ together"
    )
    bring.add_argument(
        "--edition", metavar="YEAR", help="the year that the list is for; taken from the file's name by default"
    )
    bring.add_argument("--region", metavar="NAME", help="the list holds this region's own codes")
    bring.add_argument("--from", dest="valid_from", type=_a_day, metavar="DAY", help="first day; 1 January by default")
    bring.add_argument("--to", dest="valid_to", type=_a_day, metavar="DAY", help="last day; 31 December by default")
    find = commands.add_parser("search", help="KVÅ codes by words of their title")
    find.add_argument("words", nargs="+")
    find.add_argument("--limit", type=int, default=20)
    commands.add_parser("list", help="which lists of KVÅ are at hand, and the code systems that are recognised")


def run(args: argparse.Namespace) -> int:
    """Run `rehabfhir terminology`."""
    return {"lookup": _lookup, "check": _check, "import": _import, "search": _search, "list": _list}[args.what](args)


def _lookup(args: argparse.Namespace) -> int:
    if args.system and args.system != "kva":
        return _lookup_elsewhere(args)
    from rehabfhir.terminology.kva import catalogue  # noqa: PLC0415 - keeps --help instant

    kva = catalogue()
    found = kva.check(args.code, args.on)
    successor = kva.lookup(found.successor) if found.successor else None
    if args.output == "json":
        told = {"code": found.code, "status": found.status, "message": found.message, "successor": found.successor}
        print(json.dumps(told | (_entry(found.known) if found.known else {}), ensure_ascii=False, indent=2))
    else:
        print(f"{found.code}  {found.known.title if found.known else '(no title at hand)'}")
        print(f"  {found.status}: {found.message}")
        if found.successor:
            print(f"  use {found.successor}{f'  {successor.title}' if successor else ''}")
        if found.known:
            for name, text in _entry(found.known).items():
                if name != "title":
                    print(f"  {name}: {text}")
    return 0 if found.status == "reportable" else 1


def _lookup_elsewhere(args: argparse.Namespace) -> int:
    """A code of any system that is built in, in R4 core, or in a package."""
    from rehabfhir.definitions import Definitions  # noqa: PLC0415 - keeps --help instant
    from rehabfhir.terminology import Terminology  # noqa: PLC0415
    from rehabfhir.terminology.codes import CodeTable  # noqa: PLC0415
    from rehabfhir.terminology.systems import canonical, systems  # noqa: PLC0415

    by_key = {system.key: system.uri for system in systems()}
    uri = by_key.get(args.system) or canonical(args.system, args.code)
    terminology = Terminology(Definitions(packages=args.package))
    answer = terminology.code_in_system(uri, args.code)
    table = terminology.system(uri)
    names = [text for text, _ in table.displays(args.code)] if isinstance(table, CodeTable) else []
    told = {"code": args.code, "system": uri, "status": answer.answer.value, "message": answer.reason, "names": names}
    if args.output == "json":
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print(f"{args.code}  {'; '.join(names)}".rstrip())
        print(f"  {told['status']}: {answer.reason or 'in the code system'}\n  system: {uri}")
    return 0 if answer else 1


def _entry(code: "KvaCode") -> dict[str, str]:
    told: dict[str, str | None] = {
        "title": code.title,
        "part": code.part,
        "edition": code.edition,
        "region": code.region,
        "icf_chapter": code.icf_chapter,
        "source": code.source,
        **code.texts,
    }
    return {name: text for name, text in told.items() if text}


def _check(args: argparse.Namespace) -> int:
    from rehabfhir.terminology.kva import catalogue  # noqa: PLC0415 - keeps --help instant

    kva = catalogue()
    uses: list[tuple[str, Use]] = []
    unread = 0
    for name, found in _sources(args.paths, kva, args.on):
        unread += found is None
        uses += [(name, use) for use in found or ()]
    errors = sum(issue.severity == "error" for _, use in uses for issue in use.issues) + unread
    if args.output == "json":
        print(json.dumps([_use(name, use) for name, use in uses], ensure_ascii=False, indent=2))
    else:
        _table(uses)
        print(f"{len(uses)} codes, {errors} errors" if uses else "no codes of a known system")
    return 1 if errors else 0


def _sources(paths: Sequence[str], kva: "Kva", on: date | None) -> "Iterator[tuple[str, list[Use] | None]]":
    """(name, uses) of every source; None instead of uses for one that cannot be read."""
    from rehabfhir.cli._sources import files, inputs  # noqa: PLC0415 - keeps --help instant
    from rehabfhir.terminology.usage import check_kva, check_tree  # noqa: PLC0415

    for file in files(paths):
        if file.endswith(".txt"):
            lines = Path(file).read_text(encoding="utf-8-sig", errors="replace").splitlines()
            codes = [(number, line.split("#")[0].strip()) for number, line in enumerate(lines, 1)]
            yield file, [check_kva(kva, code, on, f"line {number}") for number, code in codes if code]
            continue
        for given in inputs([file]):
            if isinstance(given.source.tree, dict | list):
                yield given.name, list(check_tree(given.source.tree, kva, on))
                continue
            for issue in given.source.issues:
                print(f"{given.name}: {issue}", file=sys.stderr)
            yield given.name, None


def _use(name: str, use: "Use") -> dict[str, Any]:
    return {
        "source": name,
        "system": use.system,
        "code": use.code,
        "title": use.title,
        "status": use.status,
        "day": use.day.isoformat() if use.day else None,
        "successor": use.successor,
        "expression": use.expression,
        "issues": [{"severity": issue.severity, "rule": issue.rule, "message": issue.message} for issue in use.issues],
    }


def _table(uses: "list[tuple[str, Use]]") -> None:
    """One line for every code, system and verdict, with how often it stands; the places of what is not right below it."""
    counted: dict[tuple[str, str, str, str], list[tuple[str, Use]]] = {}
    for name, use in uses:
        counted.setdefault((use.system, use.code, use.status, use.title), []).append((name, use))
    for (system, code, status, title), places in counted.items():
        print(f"{code:<12} {len(places):>4} x  {status:<12} {system:<10} {title}")
        told: dict[str, str] = {}
        for name, use in places:
            for issue in use.issues:
                where = f"{name}: {issue.expression}" if issue.expression else name
                told.setdefault(f"{issue.severity}: {issue.message}", where)
        for message, where in told.items():
            print(f"{'':<13}{message}  ({where})")


def _import(args: argparse.Namespace) -> int:
    from rehabfhir.terminology.kva import catalogue  # noqa: PLC0415 - keeps --help instant
    from rehabfhir.terminology.kva_import import read_kva  # noqa: PLC0415
    from rehabfhir.terminology.kva_store import save  # noqa: PLC0415

    found = read_kva(
        *args.files, edition=args.edition, region=args.region, valid_from=args.valid_from, valid_to=args.valid_to
    )
    for issue in found.issues:
        print(issue, file=sys.stderr)
    path = save(found.edition)
    catalogue.cache_clear()
    edition = found.edition
    entries = [edition.code(code) for code in edition.codes]
    parts = {part: sum(entry is not None and entry.part == part for entry in entries) for part in ("KKÅ", "KMÅ")}
    until = f" to {edition.valid_to.isoformat()}" if edition.valid_to else ""
    print(
        f"{len(edition):,} codes ({parts['KKÅ']:,} KKÅ, {parts['KMÅ']:,} KMÅ, {len(edition) - sum(parts.values()):,} others) "
        f"of {edition.region or 'KVÅ'} {edition.name}, valid from {edition.valid_from.isoformat()}{until}; kept in {path}"
    )
    return 0


def _search(args: argparse.Namespace) -> int:
    from rehabfhir.terminology.kva import catalogue  # noqa: PLC0415 - keeps --help instant

    found = catalogue().search(" ".join(args.words), args.limit)
    for code in found:
        print(f"{code.code}  {code.title}{'  (heading)' if code.is_heading else ''}")
    return 0 if found else 1


def _list(_: argparse.Namespace) -> int:
    from rehabfhir.terminology.kva import catalogue  # noqa: PLC0415 - keeps --help instant
    from rehabfhir.terminology.systems import systems  # noqa: PLC0415

    for edition in catalogue().editions:
        kind = edition.region or ("whole" if edition.whole else "subset")
        until = edition.valid_to.isoformat() if edition.valid_to else "open"
        print(
            f"KVÅ {edition.name:<8} {len(edition):>6,} codes  {kind:<10} {edition.valid_from.isoformat()} - {until}  {edition.source}"
        )
    for system in systems():
        print(f"{system.key:<18} {system.uri:<60} {system.name}")
    return 0
