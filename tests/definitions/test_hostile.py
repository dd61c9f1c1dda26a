"""Broken and hostile definitions: always a structure, a finding or an error of ours; never a traceback or a hang."""

import contextlib
import copy
import gzip
import io
import json
import random
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.definitions import Definitions
from rehabfhir.definitions.tarballs import from_tgz
from rehabfhir.definitions.unpack import unpack
from rehabfhir.errors import PackageError

HL7 = "http://hl7.org/fhir/StructureDefinition/"
OWN = "http://example.org/StructureDefinition/"
BY_VALUE = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}


def definition(name, base, elements):
    return {
        "resourceType": "StructureDefinition", "id": name, "url": OWN + name, "version": "1", "type": base.rpartition("/")[2],
        "kind": "resource", "derivation": "constraint", "baseDefinition": base, "differential": {"element": elements},
    }  # fmt: skip


SOUND = [
    definition(
        "slices",
        HL7 + "Patient",
        [
            {"id": "Patient", "path": "Patient"},
            {"id": "Patient.identifier", "path": "Patient.identifier", "slicing": BY_VALUE, "min": 1},
            {"id": "Patient.identifier.value", "path": "Patient.identifier.value", "min": 1},
            {"id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "max": "1"},
            {"id": "Patient.identifier:a.system", "path": "Patient.identifier.system", "fixedUri": "urn:a"},
            {"id": "Patient.identifier:a/b", "path": "Patient.identifier", "sliceName": "a/b", "min": 1},
            {"id": "Patient.contact.name.family", "path": "Patient.contact.name.family", "constraint": [{"key": "k", "severity": "error"}]},
        ],
    ),
    definition(
        "choices",
        HL7 + "Observation",
        [
            {"id": "Observation.value[x]", "path": "Observation.value[x]", "type": [{"code": "Quantity"}, {"code": "string"}]},
            {"id": "Observation.valueQuantity.unit", "path": "Observation.valueQuantity.unit", "binding": {"strength": "required"}},
            {"id": "Observation.component.valueString", "path": "Observation.component.valueString", "maxLength": 5},
        ],
    ),
    definition(
        "extension",
        HL7 + "Extension",
        [
            {"id": "Extension.extension:p", "path": "Extension.extension", "sliceName": "p", "min": 1},
            {"id": "Extension.extension:p.url", "path": "Extension.extension.url", "fixedUri": "p"},
            {"id": "Extension.extension:p.value[x]", "path": "Extension.extension.value[x]", "type": [{"code": "code"}]},
            {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"},
        ],
    ),
    definition(
        "items",
        HL7 + "Questionnaire",
        [
            {"id": "Questionnaire.item.item.item.text", "path": "Questionnaire.item.item.item.text", "min": 1},
            {"id": "Questionnaire.extension:e", "path": "Questionnaire.extension", "sliceName": "e", "type": [{"code": "Extension", "profile": [OWN + "extension"]}]},
        ],
    ),
]  # fmt: skip
JUNK = [
    None,
    True,
    -1,
    1e308,
    "",
    "*",
    "#",
    "a.b",
    "Patient.name:x",
    HL7 + "Patient",
    OWN + "slices",
    [],
    {},
    [None],
    [[]],
    {"a": 1},
    "9" * 40,
]


def places(tree, path=()):
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def broken(tree, chance):
    """A copy of `tree` with one to five members replaced, removed, copied elsewhere, doubled or shuffled."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 5)):
        listed = list(places(tree))
        if not listed:
            break
        *above, last = chance.choice(listed)
        owner = at(tree, above)
        way = chance.randrange(5)
        if way == 0:
            owner[last] = copy.deepcopy(chance.choice(JUNK))
        elif way == 1:
            del owner[last]
        elif way == 2:
            owner[last] = copy.deepcopy(at(tree, chance.choice(listed)))
        elif isinstance(owner, list):
            chance.shuffle(owner) if way == 3 else owner.append(copy.deepcopy(owner[last]))
    return tree


@given(st.integers(min_value=0))
def test_a_broken_definition_gives_a_sound_structure_or_findings(seed):
    chance = random.Random(seed)
    trees = [broken(tree, chance) if chance.random() < 0.6 else tree for tree in SOUND]
    store = Definitions(definitions=trees)
    for name in ("slices", "choices", "extension", "items"):
        made = store.structure(OWN + name)
        findings = store.structure_issues(OWN + name)
        if made is None:
            assert findings or store.resource(OWN + name, "StructureDefinition") is None
            continue
        for element in made["snapshot"]["element"]:
            assert isinstance(element["id"], str)
            assert isinstance(element["path"], str)
            assert isinstance(element["min"], int)
            assert isinstance(element["max"], str)
            assert {"path", "min", "max"} <= element["base"].keys()
            assert all(isinstance(row["code"], str) for row in element.get("type", ()))
            assert "(index)" not in element


def sound_tar():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, tree in {
            "package.json": {"name": "own", "version": "1"},
            **{f"{n}.json": tree for n, tree in enumerate(SOUND)},
        }.items():
            data = json.dumps(tree).encode()
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


TAR = sound_tar()


@given(st.lists(st.tuples(st.integers(0, len(TAR) - 1), st.integers(0, 255)), min_size=1, max_size=30), st.booleans())
def test_a_damaged_tarball_is_read_or_refused(tmp_path_factory, changes, packed):
    data = bytearray(gzip.compress(TAR, mtime=0) if packed else TAR)
    for place, value in changes:
        data[place % len(data)] = value
    damaged = bytes(data) if packed else gzip.compress(bytes(data), mtime=0)
    home = tmp_path_factory.mktemp("home")
    with contextlib.suppress(PackageError):
        package = from_tgz(damaged, "damaged")
        assert all(isinstance(package.read(row.place), dict) for row in package.rows)
    try:
        assert unpack(damaged, home, "own", "1", 10_000_000) == home / "own#1"
    except PackageError:
        assert list(home.iterdir()) == []
