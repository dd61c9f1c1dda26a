"""`rehabfhir to-fhir`: domain JSON to FHIR R4 as JSON or XML."""

import argparse

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="FILE|FOLDER|-",
        help="domain JSON (a document, or one a line in NDJSON); stdin when left out",
    )
    parser.add_argument("--to", choices=("json", "xml"), default="json", help="format of the result")
    parser.add_argument(
        "--output", metavar="FILE|FOLDER/", help="where to write; stdout when left out, several sources as NDJSON"
    )
    parser.add_argument(
        "--form",
        choices=("resource", "collection", "transaction"),
        help="a lone resource, a collection or a transaction; by default what fits the values, or the source's own form when there is a rest",
    )
    parser.add_argument(
        "--activities",
        choices=("reference", "detail"),
        help="planned measures as resources of their own or inside the plan",
    )
    parser.add_argument(
        "--overlay",
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="mapping rows and code maps of your own; may be repeated",
    )
    parser.add_argument(
        "--rejected",
        metavar="FILE",
        help="keep the sources that gave no value here, whole and with the reasons (NDJSON)",
    )
    parser.add_argument("--lines", action="store_true", help="stdin is NDJSON")


def run(args: argparse.Namespace) -> int:
    """Map each document."""
    from rehabfhir.cli._documents import read_document  # noqa: PLC0415 - `--help` needs none of these
    from rehabfhir.cli._findings import Findings  # noqa: PLC0415
    from rehabfhir.cli._output import Output  # noqa: PLC0415
    from rehabfhir.cli._progress import Progress  # noqa: PLC0415
    from rehabfhir.cli._sources import files, inputs, is_many  # noqa: PLC0415
    from rehabfhir.findings import Issue  # noqa: PLC0415
    from rehabfhir.formats import write_json, write_xml  # noqa: PLC0415
    from rehabfhir.mapping import to_fhir  # noqa: PLC0415

    listed = files(args.paths, suffixes=(".json", ".ndjson", ".ndjson.gz", ".jsonl"))
    output = Output(args.output, f".{args.to}", several=is_many(listed, lines=args.lines))
    progress = Progress("to-fhir", len(listed) if len(listed) > 1 else None)
    with Findings(args.rejected) as findings:
        try:
            for each in inputs(listed, lines=args.lines):
                outcome, rest = read_document(each.source.raw, each.name)
                progress.step()
                if not findings.take(each.name, outcome, each.source.raw):
                    continue
                homeless: list[str] = []
                if rest is not None and (args.form or args.activities):
                    findings.report(
                        each.name,
                        [
                            Issue(
                                "warning",
                                "business-rule",
                                "--form and --activities are left aside: the document's rest brings the source's own form",
                                "rest",
                                rule="rest-form",
                            )
                        ],
                    )
                tree = (
                    to_fhir(outcome.values, rest=rest, overlays=args.overlay, said=homeless)
                    if rest is not None
                    else to_fhir(outcome.values, form=args.form, activities=args.activities, overlays=args.overlay)
                )
                findings.report(
                    each.name,
                    (
                        Issue(
                            "warning",
                            "business-rule",
                            "what stood with this is gone; its rest is left out",
                            place,
                            rule="rest-homeless",
                        )
                        for place in homeless
                    ),
                )
                output.write(
                    each.name, write_xml(tree) if args.to == "xml" else write_json(tree, pretty=not output.compact)
                )
        finally:
            progress.close()
            output.close()
        return findings.status()
