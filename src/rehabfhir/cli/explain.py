"""`rehabfhir explain`: the mapping tables as a readable page."""

import argparse

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", nargs="?", metavar="KIND", help="a resource kind such as CarePlan; all when left out")
    parser.add_argument(
        "--format", choices=("terminal", "markdown"), help="default: terminal on a terminal, Markdown elsewhere"
    )
    parser.add_argument(
        "--overlay",
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="mapping rows and code maps of your own; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Print the page."""
    import sys  # noqa: PLC0415

    from rehabfhir.mapping import explain  # noqa: PLC0415 - `--help` needs no tables

    terminal = args.format == "terminal" if args.format else sys.stdout.isatty()
    print(explain(args.kind, format="terminal" if terminal else "markdown", overlays=args.overlay))
    return 0
