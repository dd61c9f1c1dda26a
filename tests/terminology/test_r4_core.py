"""R4 core's own value sets, against what HL7's validator says of the same codes (asked in November 2026, version 6.10.3)."""

import time

import pytest

from rehabfhir.terminology import CANNOT_TELL, IN, NOT_IN, Terminology

VS = "http://hl7.org/fhir/ValueSet/"


@pytest.mark.parametrize(
    ("value_set", "system", "code", "answer"),
    [
        ("administrative-gender", None, "male", IN),
        ("administrative-gender", None, "Male", NOT_IN),
        ("request-status|4.0.1", "http://hl7.org/fhir/request-status", "active", IN),
        ("diagnostic-service-sections", "http://terminology.hl7.org/CodeSystem/v2-0074", "nmr", IN),
        ("identifier-type", "http://terminology.hl7.org/CodeSystem/v2-0203", "prn", NOT_IN),
        ("account-type", "http://terminology.hl7.org/CodeSystem/v3-ActCode", "PSY", NOT_IN),
        ("action-participant-role", "http://terminology.hl7.org/CodeSystem/practitioner-role", "researcher", IN),
        ("action-participant-role", "http://terminology.hl7.org/CodeSystem/v2-0131", "BP", IN),
        ("example-filter", "http://hl7.org/fhir/CodeSystem/example", "chol-mass", NOT_IN),
        ("animal-breeds", "http://snomed.info/sct", "39571003", IN),
        ("additional-instruction-codes", "http://snomed.info/sct", "736055001", CANNOT_TELL),
        ("allelename", "http://www.ebi.ac.uk/ipd/imgt/hla", "zz-nonsense", CANNOT_TELL),
        ("units-of-time", None, "wk", IN),
        ("units-of-time", None, "week", NOT_IN),
        ("all-languages", None, "sv-SE", IN),
        ("mimetypes|4.0.1", None, "application/pdf", IN),
        ("mimetypes|4.0.1", None, "[%payloadFormat%]", NOT_IN),
        ("currencies", None, "SEK", IN),
        ("iso3166-1-2", None, "20422", NOT_IN),
        ("security-labels", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "R", IN),
    ],
)
def test_the_answer_is_the_one_hl7s_validator_gives(core, value_set, system, code, answer):
    assert Terminology(Unversioned(core)).member(VS + value_set, system=system, code=code).answer is answer


class Unversioned:
    """R4 core's definitions, with or without ``|4.0.1``."""

    def __init__(self, core):
        self.core = core

    def value_set(self, canonical):
        return self.core.value_set(canonical) or self.core.value_set(canonical.partition("|")[0])

    def code_system(self, canonical):
        return self.core.code_system(canonical)


def test_every_listed_code_of_every_core_value_set_is_in(core, r4):
    urls = [url for kind, url in core.kept if kind == "ValueSet" and "|" not in url]
    assert len(urls) > 1_300
    for url in urls:
        for system, part in r4.content(url).parts.items():
            for code in list(part.codes)[:3]:
                assert r4.member(url, system=system, code=code).answer is IN
            assert r4.member(url, system=system, code="no such code!").answer in {NOT_IN, CANNOT_TELL}


def test_compiling_all_of_core_and_asking_is_quick(core):
    terminology = Terminology(core)
    start = time.perf_counter()
    for kind, url in core.kept:
        if kind == "ValueSet":
            terminology.content(url)
    assert time.perf_counter() - start < 5
    url, system = VS + "administrative-gender", "http://hl7.org/fhir/administrative-gender"
    rounds = 20_000
    start = time.perf_counter()
    for _ in range(rounds):
        terminology.member(url, system=system, code="female")
    assert (time.perf_counter() - start) / rounds < 5e-6
