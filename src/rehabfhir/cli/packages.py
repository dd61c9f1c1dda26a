"""`rehabfhir packages`: FHIR packages in the standard cache: list, show, check, and install when asked by name."""

import argparse

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parts = parser.add_subparsers(dest="action", required=True, metavar="list|show|check|install")
    parts.add_parser("list", help="the packages that can be named by NAME#VERSION")
    one = parts.add_parser("show", help="what a package holds")
    one.add_argument("package", metavar="NAME#VERSION|TGZ|FOLDER|JSON")
    one.add_argument("--canonicals", action="store_true", help="list every canonical")
    check = parts.add_parser("check", help="files, dependencies, snapshots, and canonicals that lead nowhere")
    check.add_argument("packages", nargs="+", metavar="NAME#VERSION|TGZ|FOLDER|JSON")
    fetch = parts.add_parser(
        "install",
        help="fetch a package and what it depends on into the standard cache (the only part that uses the network)",
    )
    fetch.add_argument("package", metavar="NAME#VERSION")
    fetch.add_argument(
        "--registry", action="append", metavar="URL", help="ask these registries, in this order; may be repeated"
    )


def run(args: argparse.Namespace) -> int:
    """Do what the sub-command says."""
    actions = {"list": _list, "show": _show, "check": _check, "install": _install}
    return actions[args.action](args)


def _list(_: argparse.Namespace) -> int:
    from rehabfhir.cli._table import table  # noqa: PLC0415 - `--help` needs none of these
    from rehabfhir.definitions.catalogue import list_packages  # noqa: PLC0415

    print(
        table(
            ("package", "version", "where"),
            [(name, version, place or "embedded") for name, version, place in list_packages()],
        )
    )
    return 0


def _show(args: argparse.Namespace) -> int:
    from rehabfhir.definitions.catalogue import show_package  # noqa: PLC0415 - `--help` needs none of these

    package = show_package(args.package)
    print(
        f"{package.label}\n  canonical: {package.canonical or '-'}\n  FHIR: {', '.join(package.fhir_versions) or '-'}"
    )
    for label, present in package.dependencies.items():
        print(f"  depends on {label}: {'here' if present else 'not here; packages install ' + label}")
    for kind, count in package.counts.items():
        print(f"  {kind}: {count}")
    if args.canonicals:
        print("\n".join(f"  {url}" for url in package.canonicals))
    for issue in package.issues:
        print(f"  {issue}")
    return 1 if any(issue.severity in {"error", "fatal"} for issue in package.issues) else 0


def _check(args: argparse.Namespace) -> int:
    from rehabfhir.definitions.catalogue import check_packages  # noqa: PLC0415 - `--help` needs none of these

    issues = check_packages(args.packages)
    for issue in issues:
        print(issue)
    errors = sum(issue.severity in {"error", "fatal"} for issue in issues)
    print(f"{len(args.packages)} checked: {errors} error(s), {len(issues) - errors} other finding(s)")
    return 1 if errors else 0


def _install(args: argparse.Namespace) -> int:
    from rehabfhir.definitions.registry import Registry, install  # noqa: PLC0415 - the network, only when asked by name

    if args.registry:
        with Registry(tuple(args.registry)) as registry:
            installed = install(args.package, registry=registry)
    else:
        installed = install(args.package)
    for each in installed:
        print(
            f"{each.name}#{each.version}: {'fetched from ' + each.source if each.fetched else 'was there'}: {each.folder}"
        )
    return 0
