"""FHIRPath in a validation: its surroundings, invariants that cannot be evaluated, contexts of extensions."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rehabfhir.fhirpath import Env, FhirPathError, compile_expression
from rehabfhir.validation.invariants import pruned
from rehabfhir.validation.place import Place

if TYPE_CHECKING:
    from rehabfhir.validation.engine import Engine
    from rehabfhir.validation.run import Run

__all__ = ["environment", "evaluate", "evaluate_text", "in_focus"]


def environment(engine: "Engine", run: "Run") -> Env:
    """The surroundings of every evaluation in the resource of `run`."""

    def resolve(reference: str, _node: Any) -> tuple[Any, str | None] | None:
        found = run.resolve(reference) or (run.fetch(reference) if engine.fetch is not None else None)
        return (found.resource, found.resource.get("resourceType")) if found is not None else None

    def member_of(node: Any, url: str) -> bool | None:
        return membership(engine, getattr(node, "value", node), url)

    def conforms_to(node: Any, url: str) -> bool | None:
        return engine.conforms(getattr(node, "value", node), getattr(node, "type", None), url, run)

    from rehabfhir.validation.xhtml import html_checks  # noqa: PLC0415 - an XML parser only for narratives

    focus, root = run.focus, run.resource
    if run.cleaned:
        focus, root = pruned(focus), pruned(root)
    return Env(
        resource=focus,
        root_resource=root,
        resolve=resolve,
        member_of=member_of,
        conforms_to=conforms_to,
        html_checks=html_checks,
    )


def membership(engine: "Engine", value: Any, url: str) -> bool | None:
    """Whether a code, Coding, CodeableConcept or Quantity has a code of the value set; None when it cannot be told."""
    if isinstance(value, str):
        answers = [engine.terminology.member(url, code=value)]
    elif isinstance(value, dict):
        codings: list[Any] = (value.get("coding") or []) if "coding" in value else [value]
        answers = [
            engine.terminology.member(url, code=each["code"], system=each.get("system") or "")
            for each in codings
            if isinstance(each, dict) and isinstance(each.get("code"), str)
        ]
    else:
        return None
    if any(answers):
        return True
    return None if any(each.answer.name == "CANNOT_TELL" for each in answers) else False


def evaluate(
    compiled: Callable[[str, str], Any],
    text: str,
    type_: str,
    value: Any,
    place: Place,
    key: str,
    profile: str,
    run: "Run",
) -> bool | None:
    """Whether an invariant holds for `value`; an expression that cannot be evaluated is a finding about the profile, once."""
    try:
        return bool(compiled(text, type_).test(pruned(value) if run.cleaned else value, run.environment()))
    except FhirPathError as error:
        message = f"the invariant {key} cannot be evaluated: {error}"
        run.add("warning", "processing", place, None, -1, message, key, profile)
        return None


def evaluate_text(text: str, place: Place, run: "Run") -> bool | None:
    """Whether an expression holds for what stands at `place`."""
    try:
        return bool(compile_expression(text, type=place[1].type).test(place[3], run.environment()))
    except FhirPathError:
        return None


def in_focus(text: str, place: Place, run: "Run") -> bool:
    """True when the expression, evaluated on the resource, yields what stands at `place`."""
    try:
        nodes = compile_expression(text, type=run.focus["resourceType"]).nodes(run.focus, run.environment())
    except FhirPathError:
        return True
    return any(getattr(each, "value", each) is place[3] for each in nodes)
