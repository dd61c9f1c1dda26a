"""The R4 types compiled: for each type and backbone one function that checks a value of it.

A function takes ``(value, place, run)`` and says what is wrong through ``run.add``. It depends on nothing but the R4
core, so it is made once in a process and shared by every Validator; what differs between Validators (definitions,
terminology, options) it asks of the run. A broken JSON form raises `MalformedError`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.definitions.core import core
from rehabfhir.validation.elements import element_checks
from rehabfhir.validation.invariants import Check, invariant
from rehabfhir.validation.place import Node, Place
from rehabfhir.validation.primitives import fits, problems
from rehabfhir.validation.shape import MalformedError

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["definitions_of", "type_check"]

Tree = dict[str, Any]
Handler = Callable[[Any, Tree, Place, "Run"], None]

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_NUMBERS = {"integer", "unsignedInt", "positiveInt", "decimal"}
_checks: dict[str, Check] = {}
_elements: dict[str, dict[str, Tree]] = {}


def definitions_of(type_: str) -> dict[str, Tree]:
    """Path -> ElementDefinition of an R4 type's own snapshot."""
    found = _elements.get(type_)
    if found is None:
        structure = core().resource("StructureDefinition", _BASE + type_)
        found = {each["path"]: each for each in structure["snapshot"]["element"]} if structure else {}
        _elements[type_] = found
    return found


def type_check(path: str) -> Check:
    """The check of values of a type (``Period``) or backbone (``CarePlan.activity``), compiled when first called."""
    found = _checks.get(path)
    if found is not None:
        return found

    def first(value: Any, place: Place, run: "Run") -> None:
        _compiled(path)(value, place, run)

    return first


def _compiled(path: str) -> Check:
    found = _checks.get(path)
    if found is None:
        found = _checks[path] = _compile(path)
    return found


def _compile(path: str) -> Check:
    type_ = path.partition(".")[0]
    definitions = definitions_of(type_)
    is_resource = path == type_ and r4.is_resource(type_)
    handlers: dict[str, Handler] = {}
    if is_resource:
        handlers["resourceType"] = lambda _value, _owner, _place, _run: None
    required: dict[str, list[str]] = {}
    for name, element in r4.children(path).items():
        node = Node(name, element.path, element.type, definitions.get(element.path, {}))
        if element.is_primitive:
            handlers[name] = _primitives(node, element) if element.is_list else _primitive(node, element)
            handlers["_" + name] = _under_many(node) if element.is_list else _under(node)
        else:
            handlers[name] = _complex(node, element)
        if element.choice is not None:
            siblings = frozenset(each.name for each in r4.children(path).values() if each.choice == element.choice)
            handlers[name] = _alone(handlers[name], name, siblings)
        if element.min:
            required.setdefault(element.path, []).extend((name, "_" + name) if element.is_primitive else (name,))
    owns = definitions.get(path, {}).get("constraint", ())
    rules = [each for each in (invariant(one, path, _BASE + type_) for one in owns) if each is not None]
    if is_resource:
        handlers["_id"] = _extended_id
    anonymous = is_resource or r4.is_primitive(type_)
    return _object_check(handlers, list(required.items()), rules, _BASE + type_, anonymous=anonymous)


def _object_check(
    handlers: dict[str, Handler],
    required: list[tuple[str, list[str]]],
    rules: list[Check],
    profile: str,
    *,
    anonymous: bool,
) -> Check:
    find = handlers.get
    musts = [(names[0], names, path) for path, names in required]

    def check(value: Any, place: Place, run: "Run") -> None:
        for name, inner in value.items():
            handler = find(name)
            if handler is None:
                raise MalformedError
            handler(inner, value, place, run)
        if len(value) < 2 and not anonymous and (not value or "id" in value):
            _hollow(value, place, run)
        for first, names, path in musts:
            if first not in value and not any(name in value for name in names):
                message = f"{path} is missing; at least 1 is required"
                run.add("error", "structure", place, None, -1, message, "card-min", profile)
        for rule in rules:
            rule(value, place, run)

    return check


def _hollow(value: Tree, place: Place, run: "Run") -> None:
    if not value:
        if not run.cleaned:
            raise MalformedError
        return
    message = "an element must have a value or children; give it content or leave it out"
    run.add("error", "invariant", place, None, -1, message, "ele-1", _BASE + "Element")


_ID = Node("id", "Resource.id", "id")


def _extended_id(value: Any, owner: Tree, place: Place, run: "Run") -> None:
    """The id of a resource is plain text: no extensions, and nothing in its stead."""
    if type(value) is not dict or (not run.cleaned and (not value or not value.keys() <= {"id", "extension"})):
        raise MalformedError
    if "extension" in value:
        message = "the id of a resource cannot have extensions; remove '_id'"
        run.add("error", "business-rule", place, _ID, -1, message, "id-extension")
    if "id" not in owner:
        run.add("error", "invalid", place, _ID, -1, "the id of a resource must have a value", "id-format")


def _alone(handler: Handler, name: str, siblings: frozenset[str]) -> Handler:
    """`handler` for one type of a choice, of which only one may stand."""

    def only(value: Any, owner: Tree, place: Place, run: "Run") -> None:
        for other in owner:
            if other != name and other in siblings:
                raise MalformedError
        handler(value, owner, place, run)

    return only


def _complex(node: Node, element: r4.Element) -> Handler:
    after = element_checks(node, element, definitions_of(element.type.partition(".")[0]).get(element.type, {}))
    if element.type == "Resource":

        def inner(value: Any, place: Place, run: "Run") -> None:
            run.inner(value, place)

        check: Check = inner
    else:
        check = type_check(element.type)
    late = element.type != "Resource" and element.type not in _checks

    def ready() -> Check:
        nonlocal check, late
        if late:
            check, late = _compiled(element.type), False
        return check

    if element.is_list:

        def many(value: Any, _owner: Tree, place: Place, run: "Run") -> None:
            if type(value) is not list or not value:
                raise MalformedError
            test = ready() if late else check
            for index, each in enumerate(value):
                if type(each) is not dict:
                    raise MalformedError
                here = (place, node, index, each)
                test(each, here, run)
                for rule in after:
                    rule(each, here, run)

        return many

    def one(value: Any, _owner: Tree, place: Place, run: "Run") -> None:
        if type(value) is not dict:
            raise MalformedError
        here = (place, node, -1, value)
        (ready() if late else check)(value, here, run)
        for rule in after:
            rule(value, here, run)

    return one


def _primitive(node: Node, element: r4.Element) -> Handler:
    sure = fits(element.type)
    after = element_checks(node, element, {})

    if not after:

        def plain(value: Any, _owner: Tree, place: Place, run: "Run") -> None:
            if not sure(value):
                _doubtful(value, (place, node, -1, value), run)

        return plain

    def checked(value: Any, _owner: Tree, place: Place, run: "Run") -> None:
        here = (place, node, -1, value)
        if sure(value) or _doubtful(value, here, run):
            for rule in after:
                rule(value, here, run)

    return checked


def _primitives(node: Node, element: r4.Element) -> Handler:
    sure = fits(element.type)
    after = element_checks(node, element, {})

    def many(value: Any, owner: Tree, place: Place, run: "Run") -> None:
        if type(value) is not list or (not value and not run.cleaned):
            raise MalformedError
        for index, each in enumerate(value):
            here = (place, node, index, each)
            if each is None:
                under = owner.get("_" + node.name)
                if type(under) is not list or len(under) <= index or under[index] is None:
                    raise MalformedError
            elif sure(each) or _doubtful(each, here, run):
                for rule in after:
                    rule(each, here, run)

    return many


def _doubtful(value: Any, here: Place, run: "Run") -> bool:
    """Look closely at a value; True when there is one to check further."""
    kind = here[1].type
    if isinstance(value, (dict, list)) or value is None:
        raise MalformedError
    if not run.cleaned:
        if kind == "boolean":
            right = isinstance(value, bool)
        elif kind in _NUMBERS:
            right = not isinstance(value, (bool, str))
        else:
            right = isinstance(value, str)
        if not right:
            raise MalformedError
    for severity, rule, message in problems(kind, value):
        run.add(severity, "invalid", here, None, -1, message, rule, None, value)
    run.text(value, here)
    return bool(value != "")


def _valueless(here: Place, run: "Run", *, bare: bool) -> None:
    """A primitive without a value: all right with extensions, never where a code is required."""
    if bare:
        run.add("error", "invalid", here, None, -1, "a primitive must have a value or an extension", "primitive-value")
        run.add(
            "error", "invariant", here, None, -1, "an element must have a value or children", "ele-1", _BASE + "Element"
        )
    binding = here[1].element.get("binding")
    if binding and binding.get("strength") == "required":
        run.add(
            "error", "code-invalid", here, None, -1, "no code, and one from the value set is required", "code-missing"
        )


def _under(node: Node) -> Handler:
    check = type_check(node.type)
    bare = node.type == "xhtml"  # a narrative has no place for ids and extensions beside it

    def under(value: Any, owner: Tree, place: Place, run: "Run") -> None:
        if type(value) is not dict or bare:
            raise MalformedError
        here = (place, node, -1, value)
        _beneath(check, value, here, run, has_value=node.name in owner)

    return under


def _under_many(node: Node) -> Handler:
    check = type_check(node.type)

    def under(value: Any, owner: Tree, place: Place, run: "Run") -> None:
        if type(value) is not list or not value:
            raise MalformedError
        mains = owner.get(node.name, ())
        for index, each in enumerate(value):
            has_value = type(mains) is list and index < len(mains) and mains[index] is not None
            if each is None:
                if not has_value:
                    raise MalformedError
                continue
            if type(each) is not dict:
                raise MalformedError
            _beneath(check, each, (place, node, index, each), run, has_value=has_value)

    return under


def _beneath(check: Check, value: Tree, here: Place, run: "Run", *, has_value: bool) -> None:
    if not value and not run.cleaned:
        raise MalformedError
    if "value" in value:
        if not run.cleaned:
            raise MalformedError
        value = {name: inner for name, inner in value.items() if name != "value"}
        has_value = True
    check(value, here, run)
    if has_value:
        return
    _valueless(here, run, bare=not value)
    if value and "extension" not in value:
        message = "an element must have a value or children"
        run.add("error", "invariant", here, None, -1, message, "ele-1", _BASE + "Element")
