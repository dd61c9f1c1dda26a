"""One validator for all tests of rules, and a short way to ask it."""

import pytest

from rehabfhir.validation import Validator


@pytest.fixture(scope="session")
def validator():
    return Validator()


@pytest.fixture
def problems(validator):
    """Errors and warnings of a resource as (severity, rule, place), those that the tests are not about left out."""

    def ask(resource, *, only=(), validator=validator):
        issues = validator.validate(resource).issues
        return [
            (issue.severity, issue.rule, issue.expression)
            for issue in issues
            if issue.severity in {"error", "fatal", "warning"} and (not only or issue.rule.startswith(tuple(only)))
        ]

    return ask
