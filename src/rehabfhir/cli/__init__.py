"""The command line: `rehabfhir COMMAND`; one module a command, imported only when it is called.

Exit status of every command: 0 clean, 1 findings of severity error, 2 misuse, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

__all__ = ["main"]

_COMMANDS = {
    "demo": "map the built-in patient stories both ways, print a table, write the files",
    "to-fhir": "domain JSON to FHIR R4 (JSON, XML or NDJSON)",
    "from-fhir": "FHIR R4 (JSON, XML or NDJSON) to domain JSON",
    "explain": "print the mapping tables as a readable page",
    "restore": "account for every leaf of FHIR files and prove that they can be given back to the letter",
    "validate": "validate FHIR R4 resources against profiles",
    "packages": "list, show, check or install FHIR packages",
    "profiles": "the library's own FHIR package: pack it for other tools",
    "terminology": "look up, check or import KVÅ and other code systems",
    "score": "score an assessment by its instrument",
}


def _usage() -> str:
    width = max(map(len, _COMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {text}" for name, text in _available().items())
    return (
        "usage: rehabfhir COMMAND [options]\n\n"
        "Swedish rehabilitation plans, assessments and KVÅ procedures to and from FHIR R4.\n\n"
        f"commands:\n{listed}\n\n"
        "'rehabfhir COMMAND --help' tells the rest. Exit status: 0 clean, 1 findings of severity error, 2 misuse."
    )


def _module(name: str) -> str:
    return f"rehabfhir.cli.{name.replace('-', '_')}"


def _available() -> dict[str, str]:
    from importlib.util import find_spec  # noqa: PLC0415 - only for the help page

    return {name: text for name, text in _COMMANDS.items() if find_spec(_module(name))}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give back its exit status.

    Args:
        argv: the words after `rehabfhir`; the process's own by default.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_usage())
        return 0 if words else 2
    if words[0] in {"-V", "--version", "version"}:
        from rehabfhir import __version__  # noqa: PLC0415 - only when asked

        print(f"rehabfhir {__version__}")
        return 0
    if words[0] not in _COMMANDS:
        print(f"rehabfhir: no command '{words[0]}'\n\n{_usage()}", file=sys.stderr)
        return 2
    command = import_module(_module(words[0]))
    parser = argparse.ArgumentParser(prog=f"rehabfhir {words[0]}", description=_COMMANDS[words[0]])
    command.configure(parser)
    try:
        args = parser.parse_args(words[1:])
    except SystemExit as stop:  # argparse ends the process; callers of main() want a number
        return int(stop.code or 0)
    return _run(command.run, args)


def _run(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    from rehabfhir.errors import RehabFhirError  # noqa: PLC0415 - keeps `--help` instant

    try:
        status = run(args)
        sys.stdout.flush()
    except RehabFhirError as error:
        print(f"rehabfhir: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("rehabfhir: interrupted", file=sys.stderr)
        return 130
    return status
