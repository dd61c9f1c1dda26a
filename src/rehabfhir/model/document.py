"""Domain values as JSON text and back: the project's own file format for plans, assessments and procedures.

A document is an object with ``plan`` (or ``plans``), ``assessments`` and ``procedures``; fields are named as in the
models, empty ones left out, decimals written as text so that their digits stay. A patient, next of kin, member of
staff or unit that is written in full once may be named anywhere else by ``{"reference": "Organization/<id>"}``.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue, Outcome
from rehabfhir.model._complete import link, unlink
from rehabfhir.model.assessment import Assessment
from rehabfhir.model.base import TEXT_RULES, Model
from rehabfhir.model.plan import RehabilitationPlan
from rehabfhir.model.procedure import RehabilitationProcedure

__all__ = ["dump", "load"]

Root = RehabilitationPlan | Assessment | RehabilitationProcedure

_KINDS: dict[str, type[Root]] = {
    "plans": RehabilitationPlan,
    "assessments": Assessment,
    "procedures": RehabilitationProcedure,
}
_WIDTH = 120
_CODES = {
    "missing": "required",
    "extra_forbidden": "structure",
    "literal_error": "code-invalid",
    "model_type": "structure",
    "tuple_type": "structure",
}
_MESSAGES = {
    "missing": "this field is required and not here; add it",
    "extra_forbidden": "there is no field of this name here; check the spelling, or leave it out",
    "model_type": "expected an object",
    "tuple_type": "expected a list",
    "string_type": "expected text",
    "bool_type": "expected true or false",
    "int_type": "expected a whole number",
    "decimal_type": "expected a number",
    "decimal_parsing": "expected a number",
    "finite_number": "expected a finite number",
}


def load(data: bytes | str, *, source: str | None = None) -> Outcome:
    """The values of a domain JSON document, in the order plans, assessments, procedures.

    What is wrong with the document is in ``issues``, each with its place; a value that is wrong is left out of
    ``values`` and the others are still read.

    Args:
        data: the document, UTF-8 when bytes.
        source: a name for it, such as a file name, repeated in each issue.
    """
    tree, issue = _parse(data, source)
    if issue is not None:
        return Outcome(issues=(issue,))
    if not isinstance(tree, dict):
        return Outcome(
            issues=(_issue("structure", "expected an object with plan, assessments, procedures", "", source),)
        )
    issues: list[Issue] = []
    values: list[Root] = []
    if "plan" in tree and "plans" in tree:
        issues.append(_issue("structure", "give plan or plans, not both", "plan", source))
    for name, entry in tree.items():
        if name != "plan" and name not in _KINDS:
            issues.append(
                _issue(
                    "structure", "expected only plan, plans, assessments and procedures here", str(name), source, entry
                )
            )
        elif name != "plan" and not isinstance(entry, list):
            issues.append(_issue("structure", "expected a list", name, source, entry))
    if isinstance(tree.get("plan"), list):
        issues.append(_issue("structure", "expected an object; several plans stand in plans", "plan", source))
    for place, kind, entry in _entries(tree):
        try:
            values.append(kind.model_validate(entry))
        except ValidationError as error:
            issues.extend(_issues(error, place, source))
    try:
        linked = link(values)
    except ValueError as error:
        issues.append(_issue("duplicate", str(error), "", source))
        linked = tuple(values)
    return Outcome(issues=tuple(issues), values=linked)


def dump(values: Root | Iterable[Root]) -> bytes:
    """The values as a domain JSON document: UTF-8, fields in the order of the models, what fits on a line on one line.

    Raises:
        MisuseError: when something else than a plan, an assessment or a procedure is among `values`.
    """
    groups: dict[str, list[Any]] = {name: [] for name in _KINDS}
    listed = (values,) if isinstance(values, Model) else tuple(values)
    for value in unlink(listed):
        for name, kind in _KINDS.items():
            if isinstance(value, kind):
                groups[name].append(_tree(value))
                break
        else:
            raise MisuseError(f"expected plans, assessments and procedures, found {type(value).__name__}")
    document: dict[str, Any] = {}
    if len(groups["plans"]) == 1:
        document["plan"] = groups.pop("plans")[0]
    document.update((name, entries) for name, entries in groups.items() if entries)
    return (_layout(document, 0, 0) + "\n").encode()


def _entries(tree: Mapping[str, Any]) -> Iterable[tuple[str, type[Root], Any]]:
    if "plan" in tree and not isinstance(tree["plan"], list):
        yield "plan", RehabilitationPlan, tree["plan"]
    for name, kind in _KINDS.items():
        entries = tree.get(name)
        if isinstance(entries, list):
            for index, entry in enumerate(entries):
                yield f"{name}[{index}]", kind, entry


def _tree(value: Any) -> Any:
    if isinstance(value, Model):
        fields = type(value).model_fields
        return {
            name: _tree(content)
            for name, content in value.__dict__.items()
            if content is not None
            and content != ()
            and (fields[name].is_required() or content != fields[name].default or name == "status")
        }
    if isinstance(value, tuple):
        return [_tree(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value


def _layout(tree: Any, indent: int, before: int) -> str:
    """JSON text of `tree`: on one line when it fits, else a line for each member; `before` columns are taken already."""
    line = json.dumps(tree, ensure_ascii=False)
    if not isinstance(tree, dict | list) or not tree or (indent + before + len(line) <= _WIDTH and indent > 0):
        return line
    inner = " " * (indent + 2)
    if isinstance(tree, dict):
        keys = {key: f"{json.dumps(key, ensure_ascii=False)}: " for key in tree}
        members = [f"{inner}{text}{_layout(tree[key], indent + 2, len(text))}" for key, text in keys.items()]
    else:
        members = [f"{inner}{_layout(each, indent + 2, 0)}" for each in tree]
    lines = ",\n".join(members)
    opening, closing = "{}" if isinstance(tree, dict) else "[]"
    return f"{opening}\n{lines}\n{' ' * indent}{closing}"


def _parse(data: bytes | str, source: str | None) -> tuple[Any, Issue | None]:
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique), None
    except UnicodeDecodeError:
        return None, _issue("structure", "not UTF-8 text; save the file as UTF-8", "", source)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        return None, Issue(
            "fatal", "structure", message, line=error.lineno, column=error.colno, rule="domain-json", source=source
        )
    except RecursionError:
        return None, _issue("too-long", "nested too deeply to be read", "", source)
    except ValueError as error:
        return None, _issue("structure", str(error), "", source)


def _refuse_constant(_: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("an object has the same field twice; keep one of them")
    return tree


def _issue(code: str, message: str, place: str, source: str | None, value: Any = None) -> Issue:
    return Issue("error", code, message, expression=place, rule="domain-json", value=value, source=source)


def _issues(error: ValidationError, place: str, source: str | None) -> Iterable[Issue]:
    for entry in error.errors(include_url=False):
        if entry["type"] in {"recursion_loop", "recursion_depth_exceeded"}:
            yield _issue("too-long", "nested too deeply to be read", place, source)
            continue
        where = place
        for step in entry["loc"]:
            where += f"[{step}]" if isinstance(step, int) else f".{step}"
        yield _issue(_CODES.get(entry["type"], "value"), _message(entry), where, source, entry["input"])


def _message(entry: Any) -> str:
    kind = entry["type"]
    context = entry.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"expected {context['expected']}"
    if kind == "string_pattern_mismatch":
        return TEXT_RULES.get(context["pattern"], "not of the expected form")
    if kind in {"greater_than_equal", "less_than_equal"}:
        return f"expected a number {'from' if kind[0] == 'g' else 'up to'} {context.get('ge', context.get('le'))}"
    return _MESSAGES.get(kind, "not of the expected kind")
