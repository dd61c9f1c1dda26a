"""A peer of benchmarks/validate.py: pyrofile-validator, asked by lines on stdin. Run with a Python that has it."""

import json
import sys
import time
from pathlib import Path

from pyrofile_validator import Validator
from pyrofile_validator.config import ValidatorConfig

FOLDERS = {}


def texts(folder):
    if folder not in FOLDERS:
        FOLDERS[folder] = [path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.json"))]
    return FOLDERS[folder]


def main():
    packages = sys.argv[1:]
    validator = Validator(ValidatorConfig(local_package_paths=packages))
    for line in sys.stdin:
        request = json.loads(line)
        files = texts(request["round"])
        done = invalid = 0
        start = time.perf_counter()
        end = start + request.get("seconds", 1)
        while True:
            invalid = 0
            for text in files:
                report = validator.validate_resource(json.loads(text))
                invalid += str(report.status).lower().endswith("fail")
                done += 1
            if time.perf_counter() > end:
                break
        elapsed = time.perf_counter() - start
        print(json.dumps({"rate": done / elapsed, "invalid": invalid}), flush=True)


if __name__ == "__main__":
    main()
