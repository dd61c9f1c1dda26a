"""The project's adapter for validator suites in the form of HL7's test cases: `check(case) -> OperationOutcome`.

A case names a resource, profiles, supporting files to load first, packages and options; each option is set through a
public option of `Validator`. Validators are kept between cases that load the same things. Places are written in HL7's
notation where that counts otherwise (`tests.suites.hl7_places`).
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from rehabfhir.findings import operation_outcome
from rehabfhir.formats import read
from rehabfhir.validation import Validator
from tests.suites.hl7_places import as_hl7

_POLICIES = {
    "IGNORE": "ignore",
    "CHECK_TYPE_IF_EXISTS": "check-type",
    "CHECK_EXISTS": "check-exists",
    "CHECK_EXISTS_AND_TYPE": "check-exists-and-type",
    "CHECK_VALID": "check-valid",
}


def _on(value):
    return str(value).lower() == "true"


def _options(given):
    """The manifest's switches as options of `Validator`."""
    chosen = {}
    if "examples" in given:
        chosen["allow_examples"] = _on(given["examples"])
    if "validateReference" in given:
        chosen["references"] = _POLICIES[given["validateReference"]]
    if "assumeValidRestReferences" in given:
        chosen["assume_rest_references"] = _on(given["assumeValidRestReferences"])
    if "enforceAggregationOutsideBundles" in given:
        chosen["aggregation_outside_bundles"] = _on(given["enforceAggregationOutsideBundles"])
    domains = given.get("allowed-extension-domains") or given.get("allowed-extension-domain")
    if domains:
        chosen["extension_domains"] = tuple(domains) if isinstance(domains, list) else (domains,)
    if "security-checks" in given:
        chosen["security_checks"] = _on(given["security-checks"])
    if "best-practice" in given:
        word = given["best-practice"].lower()
        chosen["best_practice"] = {"hint": "information"}.get(word, word)
    if "language" in given:
        chosen["language"] = given["language"]
    if "wrong-displays" in given:
        chosen["wrong_display"] = given["wrong-displays"]
    if "for-publication" in given:
        chosen["for_publication"] = _on(given["for-publication"])
    if "noHtmlInMarkdown" in given:
        chosen["html_in_markdown"] = "error"
    if "no-experimental-content" in given:
        chosen["experimental_content"] = not _on(given["no-experimental-content"])
    if "allow-comments" in given:
        chosen["comments"] = _on(given["allow-comments"])
    return chosen


@lru_cache(maxsize=2_000)
def _definition(path):
    return read(Path(path).read_bytes()).tree


def _finder(folder):
    """What HL7's own test run offers as the outside world: the files of the suite's folder."""
    if folder is None:
        return None

    def find(reference):
        if reference == "Patient/test":
            return {"resourceType": "Patient"}
        if ":" in reference:
            return None
        for name in (reference, reference.partition("/")[2]):
            for extension in ("json", "xml"):
                path = Path(folder) / f"{name.replace('/', '-').lower()}.{extension}"
                if name and path.is_file():
                    return read(path.read_bytes()).tree
        return None

    return find


@lru_cache(maxsize=8)
def _validator(supporting, packages, options, folder):
    return Validator(
        list(packages),
        [tree for each in supporting if (tree := _definition(each)) is not None],
        fetch=_finder(folder),
        **dict(options),
    )


def check(case):
    """The OperationOutcome of one case."""
    supporting = list(case.get("supporting", ()))
    profiles = []
    for each in case.get("profiles", ()):
        if Path(each).is_file():
            supporting.append(each)
            profiles.append(_definition(each)["url"])
        else:
            profiles.append(each)
    options = _options(case.get("options", {}))
    key = (tuple(supporting), tuple(case.get("packages", ())), tuple(sorted(options.items())), case.get("fetchDir"))
    # the recorded outcomes were made from text, broken bytes and all
    text = Path(case["resource"]).read_bytes().decode("utf-8", errors="replace")
    xml = case.get("format") == "xml"
    issues = _validator(*key).validate(text, profiles).issues
    return operation_outcome(
        replace(issue, expression=as_hl7(issue.rule, issue.expression, xml=xml)) for issue in issues
    )
