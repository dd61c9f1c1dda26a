"""`rehabfhir from-fhir`: FHIR R4 to domain JSON, with the rest that gives the source back."""

import argparse

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "paths", nargs="*", metavar="FILE|FOLDER|-", help="FHIR JSON, XML or NDJSON; stdin when left out"
    )
    parser.add_argument(
        "--output", metavar="FILE|FOLDER/", help="where to write; stdout when left out, several sources as NDJSON"
    )
    parser.add_argument(
        "--rejected",
        metavar="FILE",
        help="keep the sources that gave no value here, whole and with the reasons (NDJSON)",
    )
    parser.add_argument(
        "--overlay",
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="mapping rows and code maps of your own; may be repeated",
    )
    parser.add_argument(
        "--unknown-codes",
        choices=("keep", "report", "refuse"),
        default="keep",
        help="what a code outside its closed list means",
    )
    parser.add_argument("--no-rest", action="store_true", help="leave out what no row maps")
    parser.add_argument(
        "--loss", action="store_true", help="list on stderr what became of each leaf that is not mapped"
    )
    parser.add_argument("--lines", action="store_true", help="stdin is NDJSON")


def run(args: argparse.Namespace) -> int:
    """Map each source; nothing that came in is lost: it is in the value, in the rest, or in the rejected file."""
    import sys  # noqa: PLC0415 - `--help` needs none of these

    from rehabfhir.cli._documents import write_document  # noqa: PLC0415
    from rehabfhir.cli._findings import Findings  # noqa: PLC0415
    from rehabfhir.cli._output import Output  # noqa: PLC0415
    from rehabfhir.cli._progress import Progress  # noqa: PLC0415
    from rehabfhir.cli._sources import files, inputs, is_many  # noqa: PLC0415
    from rehabfhir.mapping import from_fhir  # noqa: PLC0415

    listed = files(args.paths)
    many = is_many(listed, lines=args.lines)
    output = Output(args.output, ".json", several=many)
    progress = Progress("from-fhir", len(listed) if len(listed) > 1 else None)
    with Findings(args.rejected) as findings:
        try:
            for each in inputs(listed, lines=args.lines):
                outcome = from_fhir(each.source, overlays=args.overlay, unknown_codes=args.unknown_codes)
                progress.step()
                if findings.take(each.name, outcome, each.source.raw):
                    document = write_document(
                        outcome, each.source.tree, rest=not args.no_rest, overlays=args.overlay, compact=output.compact
                    )
                    output.write(each.name, document)
                if args.loss and outcome.loss is not None:
                    for leaf in outcome.loss.entries:
                        if leaf.fate != "mapped":
                            print(f"{each.name}: {leaf.fate}: {leaf.path}: {leaf.reason}", file=sys.stderr)
        finally:
            progress.close()
            output.close()
        return findings.status()
