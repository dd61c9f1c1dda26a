"""`rehabfhir validate`: resources against profiles, findings as text, JSON, NDJSON, JUnit or SARIF."""

import argparse
import sys

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("paths", nargs="*", metavar="FILE|FOLDER|-", help="what to validate; stdin when left out")
    parser.add_argument(
        "--package",
        action="append",
        default=[],
        metavar="NAME#VERSION|TGZ|FOLDER|JSON",
        help="FHIR package to load; may be repeated",
    )
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="URL",
        help="profile to hold every resource against; may be repeated",
    )
    parser.add_argument("--own", action="store_true", help="load the library's own package of rehabilitation profiles")
    parser.add_argument(
        "--output", choices=("text", "json", "ndjson", "junit", "sarif"), default="text", help="form of the findings"
    )
    parser.add_argument(
        "--level",
        choices=("error", "warning", "information"),
        default="warning",
        help="least severity that text prints",
    )
    parser.add_argument("--lines", action="store_true", help="stdin is NDJSON")
    parser.add_argument(
        "--references",
        choices=("ignore", "check-type", "check-exists", "check-exists-and-type", "check-valid"),
        default="ignore",
        help="how far references outside the source are followed",
    )
    parser.add_argument(
        "--best-practice",
        choices=("ignore", "information", "warning", "error"),
        default="ignore",
        help="how recommendations are reported",
    )
    parser.add_argument(
        "--terminology-server", metavar="URL", help="ask this FHIR terminology server what cannot be told offline"
    )


def run(args: argparse.Namespace) -> int:
    """Validate, print, and say by the status whether an error was found."""
    from rehabfhir.cli._progress import Progress  # noqa: PLC0415 - `--help` needs none of these
    from rehabfhir.cli._reports import REPORTS  # noqa: PLC0415
    from rehabfhir.cli._sources import files, inputs  # noqa: PLC0415
    from rehabfhir.data import folder  # noqa: PLC0415
    from rehabfhir.validation import Validator  # noqa: PLC0415

    listed = files(args.paths)
    packages = list(args.package)
    if args.own:
        packages.append(str(folder("profiles") / "package"))
    server = None
    if args.terminology_server:
        from rehabfhir.terminology import TerminologyServer  # noqa: PLC0415 - the network, only when asked for by name

        server = TerminologyServer(args.terminology_server)
    validator = Validator(packages, server=server, references=args.references, best_practice=args.best_practice)
    report = REPORTS[args.output](sys.stdout, args.level)
    progress = Progress("validate", len(listed) if len(listed) > 1 else None)
    status = 0
    report.start()
    try:
        for each in inputs(listed, lines=args.lines):
            outcome = validator.validate(each.source, profiles=args.profile)
            report.add(each.name, outcome)
            progress.step()
            status = status if outcome.ok else 1
    finally:
        progress.close()
        report.end()
    return status
