"""`rehabfhir restore`: read FHIR files into the domain, write them again, and prove that every source comes back."""

import argparse

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "paths", nargs="+", metavar="FILE|FOLDER|TGZ|-", help="FHIR files, folders of them, or FHIR packages (.tgz)"
    )
    parser.add_argument("--each", action="store_true", help="a row for each source instead of one for each kind")
    parser.add_argument(
        "--overlay",
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="mapping rows and code maps of your own; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Print how many sources there are, what became of their leaves, and whether all came back to the letter."""
    from rehabfhir.cli._archives import sources  # noqa: PLC0415 - `--help` needs none of these
    from rehabfhir.cli._progress import Progress  # noqa: PLC0415
    from rehabfhir.cli._table import table  # noqa: PLC0415
    from rehabfhir.mapping import restoration  # noqa: PLC0415

    totals: dict[str, list[int]] = {}
    rows: list[tuple[object, ...]] = []
    left_aside: list[str] = []
    failed: list[str] = []
    progress = Progress("restore")
    for name, source in sources(args.paths):
        progress.step()
        account = restoration(source, overlays=args.overlay)
        if source.tree is None:
            failed.append(f"{name}: {account.issues[0].message if account.issues else 'unreadable'}")
            continue
        kind = str(source.tree.get("resourceType"))
        if not account.restored:
            failed.append(name)
        if not account.roots:
            left_aside.append(kind)
            continue
        kind = "Bundle with some" if kind == "Bundle" else kind
        counts = (account.roots, account.leaves, account.mapped, account.kept, account.dropped, int(account.restored))
        if args.each:
            rows.append((name, kind, *counts[:-1], "yes" if account.restored else "NO"))
        total = totals.setdefault(kind, [0] * 7)
        for place, count in enumerate((1, *counts)):
            total[place] += count
    progress.close()
    if args.each:
        print(table(("source", "kind", "values", "leaves", "mapped", "kept", "dropped", "restored"), rows), end="\n\n")
    summed = [
        (kind, *counts[:-1], f"{100 * counts[3] / max(counts[2], 1):.1f} %", counts[-1])
        for kind, counts in sorted(totals.items())
    ]
    print(
        table(("kind", "sources", "values", "leaves", "mapped", "kept", "dropped", "mapped share", "restored"), summed)
    )
    print(f"\n{len(left_aside):,} further sources hold no plan, assessment or procedure; they are kept whole.")
    for name in failed:
        print(f"not restored: {name}")
    return 1 if failed else 0
