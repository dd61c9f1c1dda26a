"""The views of SQL on FHIR v2 whose columns are plain FHIRPath: paths, filters and constants on real resources."""

import json
from decimal import Decimal

import pytest

from rehabfhir.fhirpath import Env, compile_expression
from tests.conftest import SHARED

FOLDER = SHARED / "suites" / "sql-on-fhir"
SKIPPED = {"getResourceKey", "getReferenceKey", "%rowIndex"}
"""What that specification adds to FHIRPath."""


def cases():
    for path in sorted(FOLDER.glob("*.json")) if FOLDER.is_dir() else ():
        suite = json.loads(path.read_bytes(), parse_float=Decimal)
        for test in suite["tests"]:
            view = test["view"]
            plain = all(set(part) == {"column"} for part in view.get("select", ()))
            if "expect" in test and plain and not any(name in json.dumps(view, default=str) for name in SKIPPED):
                yield pytest.param(suite["resources"], test, id=f"{path.stem}: {test['title']}")


CASES = list(cases())


def constant(entry):
    return next(value for key, value in entry.items() if key.startswith("value"))


def value_of(column, resource, env):
    found = compile_expression(column["path"]).evaluate(resource, env)
    if column.get("collection"):
        return found
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(("resources", "test"), CASES)
def test_the_columns_and_filters_of_a_view(resources, test):
    view = test["view"]
    rows = []
    for resource in resources:
        if resource["resourceType"] != view["resource"]:
            continue
        variables = {entry["name"]: constant(entry) for entry in view.get("constant", ())}
        env = Env(resource=resource, variables=variables)
        if all(compile_expression(one["path"]).test(resource, env) for one in view.get("where", ())):
            rows.append(
                {
                    column["name"]: value_of(column, resource, env)
                    for part in view["select"]
                    for column in part["column"]
                }
            )

    def order(row):
        return json.dumps(row, sort_keys=True, default=str)

    assert sorted(rows, key=order) == sorted(test["expect"], key=order)


@pytest.mark.usefixtures("shared")
def test_most_views_have_been_read():
    assert len(CASES) > 50
