"""Code systems, value sets, concept maps, search parameters, guides and structure definitions as resources."""

import json
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.validation import Validator
from rehabfhir.validation.resources import RULES

GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
URL = "https://example.org/"


def canonical(name, /, **more):
    return {"resourceType": name, "url": f"{URL}{name}/x", "status": "draft", "name": "X", **more}


def system(*codes, **more):
    concepts = [code if isinstance(code, dict) else {"code": code} for code in codes]
    return canonical("CodeSystem", content="complete", caseSensitive=True, concept=concepts, **more)


@pytest.fixture
def found(problems):
    def ask(tree, *only):
        kind = tree["resourceType"]
        return [
            (severity, rule, place.removeprefix(kind).removeprefix("."))
            for severity, rule, place in problems(tree, only=only)
        ]

    return ask


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (system("a", {"code": "b", "concept": [{"code": "c"}]}, count=3), []),
        (system("a", "b", count=5), [("error", "codesystem-count", "count")]),
        ({**system("a", count=1), "content": "fragment"}, [("warning", "codesystem-count", "count")]),
        ({**system("a"), "content": "not-present"}, [("error", "codesystem-count", "concept[0]")]),
        (system("a", "a"), [("error", "codesystem-code-repeated", "concept[1]")]),
        (
            {**system("a"), "content": "supplement"},
            [("error", "codesystem-supplement", "content"), ("error", "codesystem-supplement", "")],
        ),
        (
            canonical(
                "CodeSystem", content="supplement", supplements=GENDER, concept=[{"code": "male"}, {"code": "zale"}]
            ),
            [("error", "codesystem-supplement-code", "concept[1]")],
        ),
        (
            system(
                {"code": "a", "property": [{"code": "p", "valueInteger": 1}, {"code": "q", "valueString": "x"}]},
                property=[{"code": "p", "type": "string"}],
            ),
            [
                ("error", "codesystem-property-type", "concept[0].property[0]"),
                ("warning", "codesystem-property-unknown", "concept[0].property[1]"),
            ],
        ),
        (
            system(
                "a", property=[{"code": "s", "uri": "http://hl7.org/fhir/concept-properties#status", "type": "string"}]
            ),
            [("error", "codesystem-property-type", "property[0]")],
        ),
        (system("a", valueSet=GENDERS), [("error", "codesystem-valueset", "")]),
    ],
)
def test_code_systems(tree, expected, found):
    assert sorted(found(tree, "codesystem")) == sorted(expected)


def value_set(*includes, **more):
    return canonical("ValueSet", compose={"include": list(includes)}, **more)


def filtered(property_, operator, value, of=GENDER):
    return {"system": of, "filter": [{"property": property_, "op": operator, "value": value}]}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (value_set({"system": GENDER}), []),
        (value_set({"system": GENDERS}), [("error", "valueset-system-valueset", "compose.include[0]")]),
        (value_set({"system": "CodeSystem/x"}), [("error", "valueset-system-absolute", "compose.include[0]")]),
        (value_set({"system": f"{GENDER}|4.0.1"}), [("error", "valueset-system-version", "compose.include[0]")]),
        (value_set({"valueSet": [f"{URL}none"]}), [("warning", "valueset-import", "compose.include[0].valueSet[0]")]),
        (value_set(filtered("concept", "is-a", "male")), []),
        (
            value_set(filtered("concept", "is-a", "zale")),
            [("error", "valueset-filter-code", "compose.include[0].filter[0]")],
        ),
        (
            value_set(filtered("concept", "regex", "x")),
            [("error", "valueset-filter-operation", "compose.include[0].filter[0]")],
        ),
        (
            value_set(filtered("code", "regex", "[")),
            [("error", "valueset-filter-regex", "compose.include[0].filter[0]")],
        ),
        (
            value_set(filtered("zz", "=", "x")),
            [("warning", "valueset-filter-property", "compose.include[0].filter[0]")],
        ),
        (value_set(filtered("zz", "=", "x", "http://snomed.info/sct")), []),
    ],
)
def test_value_sets(tree, expected, found):
    assert sorted(found(tree, "valueset")) == sorted(expected)


def concept_map(source="male", target="completed", **more):
    group = {
        "source": GENDER,
        "target": "http://hl7.org/fhir/event-status",
        "element": [{"code": source, "target": [{"code": target, "equivalence": "equivalent"}]}],
    }
    return canonical("ConceptMap", group=[group], **more)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (concept_map(), []),
        (concept_map(source="zale"), [("error", "conceptmap-code", "group[0].element[0].code")]),
        (concept_map(target="zale"), [("error", "conceptmap-code", "group[0].element[0].target[0].code")]),
        (
            concept_map(sourceUri="http://hl7.org/fhir/ValueSet/event-status"),
            [("error", "conceptmap-code", "group[0].element[0].code")],
        ),
    ],
)
def test_concept_maps(tree, expected, found):
    assert sorted(found(tree, "conceptmap")) == sorted(expected)


def search(**more):
    return canonical(
        "SearchParameter",
        **{
            "code": "x",
            "description": "x",
            "base": ["Patient"],
            "type": "string",
            "expression": "Patient.name.family",
            **more,
        },
    )


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (search(), []),
        (search(expression="Patient.nothing"), [("error", "search-expression", "expression")]),
        (search(expression="Patient.("), [("error", "search-expression", "expression")]),
        (search(type="composite"), [("error", "search-components", "")]),
        (search(derivedFrom=f"{URL}none"), [("warning", "search-derived", "")]),
    ],
)
def test_search_parameters(tree, expected, found):
    assert sorted(found(tree, "search")) == sorted(expected)


def test_a_search_parameter_keeps_the_type_of_what_it_is_derived_from(problems):
    base = search()
    loaded = Validator(definitions=[base])
    tree = {**search(type="token", derivedFrom=base["url"]), "url": f"{URL}SearchParameter/y"}
    assert problems(tree, only=["search"], validator=loaded) == [("error", "search-derived", "SearchParameter")]
    statement = canonical(
        "CapabilityStatement",
        kind="requirements",
        date="2026-01-01",
        fhirVersion="4.0.1",
        format=["json"],
        rest=[
            {
                "mode": "server",
                "resource": [
                    {"type": "Patient", "searchParam": [{"name": "x", "definition": base["url"], "type": "date"}]}
                ],
            }
        ],
    )
    expected = [("error", "search-type-differs", "CapabilityStatement.rest[0].resource[0].searchParam[0]")]
    assert problems(statement, only=["search"], validator=loaded) == expected


def test_dependencies_of_a_guide(found):
    guide = canonical(
        "ImplementationGuide",
        packageId="a.b",
        fhirVersion=["4.0.1"],
        dependsOn=[{"uri": f"{URL}y", "packageId": "Bad"}],
    )
    assert found(guide, "guide") == [
        ("error", "guide-uri", "dependsOn[0]"),
        ("warning", "guide-unknown", "dependsOn[0]"),
        ("error", "guide-package", "dependsOn[0]"),
    ]


def profile(*elements, **more):
    return canonical(
        "StructureDefinition",
        **{
            "fhirVersion": "4.0.1",
            "kind": "resource",
            "abstract": False,
            "type": "Patient",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
            "derivation": "constraint",
            "differential": {"element": [{"id": "Patient", "path": "Patient"}, *elements]},
            **more,
        },
    )


def element(path, **more):
    return {"id": path, "path": path, **more}


def extension(**more):
    return canonical(
        "StructureDefinition",
        **{
            "fhirVersion": "4.0.1",
            "kind": "complex-type",
            "abstract": False,
            "context": [{"type": "element", "expression": "Patient"}],
            "type": "Extension",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
            "derivation": "constraint",
            "differential": {
                "element": [element("Extension"), element("Extension.url", fixedUri=f"{URL}StructureDefinition/x")]
            },
            **more,
        },
    )


CONSTRAINT = {"key": "a-1", "severity": "error", "human": "x"}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (profile(element("Patient.name", min=1)), []),
        (extension(), []),
        (
            extension(context=[{"type": "element", "expression": "Patient.nope"}]),
            [("error", "structure-context", "context[0]")],
        ),
        (extension(contextInvariant=["%%("]), [("error", "structure-context-invariant", "contextInvariant[0]")]),
        (extension(url=f"{URL}other"), [("error", "structure-extension-url", "")]),
        (
            profile(context=[{"type": "element", "expression": "Patient"}]),
            [("error", "structure-context", "context[0]")],
        ),
        (profile(baseDefinition=f"{URL}none"), [("warning", "structure-base", "")]),
        (profile(kind="complex-type"), [("error", "structure-kind", "")]),
        (profile(derivation="specialization"), [("error", "structure-type", "type"), ("error", "structure-type", "")]),
        (
            profile(element("Patient.nope", min=1)),
            [("error", "snapshot-path", "differential.element[1]"), ("error", "structure-differential", "")],
        ),
        (
            profile(element("Observation.code", min=1)),
            [("error", "structure-path", "differential.element[1]"), ("error", "structure-snapshot", "")],
        ),
        (
            profile(
                element(
                    "Patient.birthDate", type=[{"code": "date"}], binding={"strength": "required", "valueSet": GENDERS}
                )
            ),
            [("error", "structure-binding", "differential.element[1]")],
        ),
        (
            profile(element("Patient.maritalStatus", binding={"strength": "required", "valueSet": GENDER})),
            [("error", "structure-valueset", "differential.element[1].binding")],
        ),
        (
            profile(element("Patient.gender", fixedString="male")),
            [("error", "structure-fixed", "")],
        ),
        (
            profile(
                element(
                    "Patient.name",
                    constraint=[{**CONSTRAINT, "expression": "true"}, {**CONSTRAINT, "expression": "false"}],
                )
            ),
            [("error", "structure-constraint-key", "differential.element[1].constraint[1]")],
        ),
        (
            profile(
                element(
                    "Patient.managingOrganization",
                    type=[
                        {"code": "Reference", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Observation"]}
                    ],
                )
            ),
            [("error", "structure-target", "")],
        ),
    ],
)
def test_structure_definitions(tree, expected, found):
    assert sorted(found(tree, "structure", "snapshot")) == sorted(expected)


def test_canonical_urls_are_absolute(found):
    assert found({**system("a"), "url": "CodeSystem/x"}, "canonical") == [("error", "canonical-absolute", "url")]


def test_experimental_content_is_refused_only_where_it_is_not_wanted(problems):
    tree = system("a", experimental=True)
    assert problems(tree, only=["experimental"]) == []
    strict = Validator(experimental_content=False)
    assert problems(tree, only=["experimental"], validator=strict) == [("error", "experimental", "CodeSystem")]


def test_obligations_are_inherited_from_profiles_made_for_that(problems):
    mark = {"url": "http://hl7.org/fhir/StructureDefinition/obligation-profile", "valueBoolean": True}
    good = {**profile(extension=[mark]), "url": f"{URL}good"}
    unmarked = {**profile(), "url": f"{URL}unmarked"}
    elsewhere = {**profile(extension=[mark], baseDefinition=f"{URL}good"), "url": f"{URL}elsewhere"}
    names = ("good", "unmarked", "elsewhere", "none")
    wanted = [
        {"url": "http://hl7.org/fhir/StructureDefinition/inherit-obligations", "valueCanonical": f"{URL}{name}"}
        for name in names
    ]
    found = problems(
        profile(extension=wanted), only=["structure"], validator=Validator(definitions=[good, unmarked, elsewhere])
    )
    assert sorted((severity, place) for severity, _, place in found) == [
        ("error", "StructureDefinition.extension[1]"),
        ("error", "StructureDefinition.extension[2]"),
        ("warning", "StructureDefinition.extension[3]"),
    ]


def test_the_profiles_of_the_national_packages_have_no_errors(shared):
    paths = [shared / f"fhir-packages/{name}.tgz" for name in ("hl7se.fhir.base-1.1.0", "hl7.fhir.dk.core-3.2.0")]
    loaded = Validator(packages=paths)
    wrong = []
    for path in paths:
        with tarfile.open(path) as archive:
            for member in archive:
                if "StructureDefinition-" in member.name or "ValueSet-" in member.name or "CodeSystem-" in member.name:
                    tree = json.load(archive.extractfile(member))
                    wrong += [
                        (member.name, issue.rule)
                        for issue in loaded.validate(tree).issues
                        if issue.severity == "error"
                        and issue.rule.startswith(("structure", "snapshot", "valueset", "codesystem"))
                    ]
    assert wrong == []


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from(["Patient", "Patient.name", GENDER, GENDERS, "constraint", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "url",
                    "type",
                    "kind",
                    "baseDefinition",
                    "derivation",
                    "differential",
                    "element",
                    "path",
                    "id",
                    "binding",
                    "valueSet",
                    "compose",
                    "include",
                    "system",
                    "filter",
                    "property",
                    "op",
                    "value",
                    "concept",
                    "code",
                    "content",
                    "supplements",
                    "group",
                    "target",
                    "source",
                    "expression",
                    "base",
                    "component",
                    "scoring",
                    "population",
                    "criteria",
                    "measure",
                    "contained",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(
    st.sampled_from(sorted(RULES)),
    st.dictionaries(
        st.sampled_from(
            [
                "url",
                "type",
                "group",
                "compose",
                "concept",
                "differential",
                "context",
                "item",
                "entry",
                "baseDefinition",
                "derivation",
                "measure",
                "base",
                "expression",
            ]
        ),
        JUNK,
        max_size=6,
    ),
)
def test_no_resource_makes_its_rules_raise(kind, tree):
    Validator().validate({"resourceType": kind, **tree})


@pytest.mark.parametrize(
    ("name", "kind", "good"),
    [("Patient-name", "string", True), ("Patient-name", "token", False), ("clinical-code", "token", True)],
)
def test_the_types_of_r4s_own_search_parameters_are_known(name, kind, good, found):
    parameter = {"name": "x", "definition": f"http://hl7.org/fhir/SearchParameter/{name}", "type": kind}
    rest = [{"mode": "server", "resource": [{"type": "Patient", "searchParam": [parameter]}]}]
    statement = canonical(
        "CapabilityStatement", kind="requirements", date="2026-01-01", fhirVersion="4.0.1", format=["json"], rest=rest
    )
    assert (found(statement, "search") == []) == good
