"""The two verbs: `from_fhir` reads what a source holds into domain values, `to_fhir` writes domain values as FHIR R4."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from rehabfhir.errors import MissingExtraError, MisuseError
from rehabfhir.findings import Issue, Outcome
from rehabfhir.mapping.engine import Engine, engine
from rehabfhir.mapping.fast import Doubt
from rehabfhir.mapping.identity import identifier_issues
from rehabfhir.mapping.issues import issues_of
from rehabfhir.mapping.kva_codes import kva_issues
from rehabfhir.mapping.layout import contained_of, entries_of, from_form, layout_of, to_form
from rehabfhir.mapping.loss import Loss
from rehabfhir.mapping.names import addressed, named
from rehabfhir.mapping.reader import Entry
from rehabfhir.mapping.rest import Rest, apply, difference
from rehabfhir.mapping.sources import read_source
from rehabfhir.mapping.specs import Run
from rehabfhir.mapping.writer import Layout, _prefix
from rehabfhir.model import Model, RehabilitationPlan

__all__ = ["FORMS", "Form", "UnknownCodes", "from_fhir", "to_fhir", "to_resource"]

Form = Literal["resource", "collection", "transaction"]
FORMS: tuple[Form, ...] = ("resource", "collection", "transaction")
UnknownCodes = Literal["keep", "report", "refuse"]
_NO_LAYOUT = {"form": "none"}


def from_fhir(
    source: Any,
    *,
    overlays: Iterable[Path | str] = (),
    unknown_codes: UnknownCodes = "keep",
) -> Outcome:
    """The plans, assessments and procedures that a FHIR R4 source holds.

    Args:
        source: a CarePlan, QuestionnaireResponse or Procedure, or a Bundle that holds some: as a dict, as JSON or XML
            (bytes or text), or as a model of fhir.resources.
        overlays: files or folders with rows and concept maps of the user's own, laid over the library's tables.
        unknown_codes: what a code outside its closed list means: ``keep`` leaves it to the rest without a word,
            ``report`` adds a warning, ``refuse`` an error. It is kept in the rest in all three cases. KVÅ codes are
            held against the lists at hand too when they are to be reported or refused.

    Returns:
        an `Outcome`: `values` in document order, `rest` and `loss` for the whole source, and every finding.

    Raises:
        MisuseError: `source` is none of these, or an option does not exist.
        TableError: an overlay does not load.
    """
    if unknown_codes not in {"keep", "report", "refuse"}:
        raise MisuseError(f"unknown_codes is 'keep', 'report' or 'refuse', not {unknown_codes!r}")
    use = engine(tuple(overlays))
    tree, found, position, clean = read_source(source)
    if tree is None:
        return Outcome(found)
    try:
        if clean:
            try:
                return _from_tree(use, tree, found, position, unknown_codes, fast=True)
            except Doubt:
                pass
        return _from_tree(use, tree, found, position, unknown_codes, fast=False)
    except RecursionError:
        issue = Issue("fatal", "too-costly", "the resource is nested too deep to be read", rule="too-deep")
        return Outcome((*found, issue), (), Rest(_NO_LAYOUT, ["=", "", tree]), Loss(tree, ["=", "", tree]))


def _from_tree(
    use: Engine, tree: dict[str, Any], found: tuple[Issue, ...], position: Any, unknown_codes: str, *, fast: bool
) -> Outcome:
    kind = tree.get("resourceType")
    state = use.reader(fast=fast)
    values: list[Any] = []
    kept: list[Run] = []
    listed: list[tuple[Any, Entry]] | None = None
    readable = tree
    run = use.roots.get(kind) if type(kind) is str else None
    if run is not None:
        entry = Entry(tree, contained_of(tree), None, inside=False)
        identity = tree.get("id")
        candidates = [(run, entry, identity if type(identity) is str else None)]
    elif kind == "Bundle":
        state.bundle = True
        readable = named(tree)
        listed, state.index = entries_of(readable)
        state.sources = [entry for _, entry in listed]
        state.peers = frozenset(str(entry.node.get("resourceType")) for _, entry in listed)
        candidates = [
            (use.roots[entry.node["resourceType"]], entry, entry.identity)
            for _, entry in listed
            if entry.node["resourceType"] in use.roots
        ]
    else:
        candidates = []
    for each, entry, identity in candidates:
        state.start(each, entry.node, entry.contained)
        if identity:
            state.prefix = _prefix(identity)
        fields = each.fast(entry.node, state) if fast else each.read(entry.node, state)
        if identity and "id" not in fields:
            fields["id"] = identity
        if not fast or "id" not in fields or state.incomplete:
            value = each.make(fields, state, entry.node)
        else:
            value = each.build(fields)
        if value is not None:
            values.append(value)
            kept.append(each)
    issues = found
    if not candidates:
        issues = (*found, _no_root(use, kind))
    if state.found:
        issues = (*issues, *issues_of(state.found, readable, unknown_codes, use))
    if state.identified or run is None or "contained" in tree:
        issues = (*issues, *identifier_issues(tree))
    if unknown_codes != "keep":
        issues = (*issues, *kva_issues(tree, unknown_codes))
    if position is not None and len(issues) > len(found):
        issues = (*found, *(_placed(issue, position) for issue in issues[len(found) :]))
    if not values:
        change: Any = ["=", "", tree]
        return Outcome(issues, (), Rest(_NO_LAYOUT, change), Loss(tree, change))
    index: Mapping[str, Entry] = state.index
    if listed is not None and readable is not tree:
        listed, index = entries_of(tree)
    layout = layout_of(tree, listed, index, state.inside, state.options)
    draft = _draft(use, layout, values, kept)
    change = difference(draft, tree)
    loss = Loss(tree, change)
    if use.drops:
        change, drops = _dropped(use, change, tree)
        loss = Loss(tree, loss.change, drops)
    form = to_form(layout)
    return Outcome(issues, tuple(values), Rest(form, change), loss)


def _no_root(use: Engine, kind: Any) -> Issue:
    accepted = ", ".join(sorted(use.roots))
    if type(kind) is not str:
        return Issue(
            "error",
            "structure",
            f"not a resource: there is no resourceType; expected one of {accepted}, or a Bundle that holds some",
            rule="not-a-resource",
        )
    if kind == "Bundle":
        return Issue("error", "not-found", f"the Bundle holds no {accepted}", "Bundle", rule="resource-kind")
    return Issue(
        "error",
        "not-supported",
        f"this kind of resource gives no value of its own; expected one of {accepted}, or a Bundle that holds some",
        _safe(kind),
        rule="resource-kind",
    )


def _safe(kind: str) -> str:
    return kind if kind.isalpha() and kind.isascii() and len(kind) <= 64 else ""


def _placed(issue: Issue, position: Any) -> Issue:
    from dataclasses import replace  # noqa: PLC0415 - only for findings in text

    if issue.line is not None or not issue.expression:
        return issue
    place = position(issue.expression)
    return issue if place is None else replace(issue, line=place[0], column=place[1])


def _draft(use: Engine, layout: Layout, values: Sequence[Any], runs: Sequence[Run]) -> dict[str, Any]:
    """What the tables write for the values in a layout."""
    state = use.writer(layout)
    if layout.form == "resource":
        return state.write_root(runs[0], values[0].__dict__)
    for value, run in zip(values, runs, strict=True):
        state.write_root(run, value.__dict__)
    urls = {
        name: url for name, *_ in state.entries if name and (url := state.full_url(*name.split("/", 1))) is not None
    }
    if layout.style == "urn":
        addressed(state.entries, urls)
    entries = []
    for name, resource in state.entries:
        entry: dict[str, Any] = {}
        kind, _, identity = name.partition("/")
        url = urls.get(name)
        if url is not None:
            entry["fullUrl"] = url
        entry["resource"] = resource
        if layout.form == "transaction":
            entry["request"] = _request(use, kind, identity, resource)
        entries.append(entry)
    return {"resourceType": "Bundle", "type": layout.form, "entry": entries}


def _request(use: Engine, kind: str, identity: str, resource: dict[str, Any]) -> dict[str, Any]:
    """How a server shall take a resource in: created unless there is one of its identifier, or put under its id."""
    if any(run.table.conditional and run.fhir == kind for run in use.runs.values()):
        for identifier in resource.get("identifier", ()):
            value = identifier.get("value")
            if value:
                system = identifier.get("system")
                token = f"{system}|{value}" if system else str(value)
                return {"method": "POST", "url": kind, "ifNoneExist": f"identifier={quote(token, safe='')}"}
    return {"method": "PUT", "url": f"{kind}/{identity}"}


def _dropped(use: Engine, change: Any, tree: dict[str, Any]) -> tuple[Any, dict[str, str]]:
    from rehabfhir.mapping.drops import without_drops  # noqa: PLC0415 - only where an overlay drops

    return without_drops(use.drops, change, tree)


def to_fhir(
    value: Any,
    *,
    rest: Rest | None = None,
    form: Form | None = None,
    activities: Literal["reference", "detail"] | None = None,
    overlays: Iterable[Path | str] = (),
    said: list[str] | None = None,
) -> dict[str, Any]:
    """Domain values as FHIR R4 (a JSON tree).

    Args:
        value: a plan, an assessment or a procedure, or several of them.
        rest: what `from_fhir` kept of the source; then the source comes back, with what has changed in the value.
        form: ``resource`` (one resource, the others contained), ``collection`` or ``transaction`` (bundles). Without it
            plans are written as a collection, and a lone assessment or procedure that holds nothing else as a resource.
        activities: planned measures as resources of their own (``reference``, the default) or inside the plan (``detail``).
        overlays: as for `from_fhir`; the same ones, when there is a rest.
        said: a list that takes the places whose rest found no home, because what it stood with is gone.

    Raises:
        MisuseError: `value` is no domain value, an option does not exist, or options are given that the rest decides.
        TableError: an overlay does not load.
    """
    use = engine(tuple(overlays))
    values = [value] if type(value) in use.root_of else _listed(value)
    runs = []
    for each in values:
        run = use.root_of.get(type(each))
        if run is None:
            raise MisuseError(
                f"to_fhir takes {', '.join(sorted(cls.__name__ for cls in use.root_of))}; not {type(each).__name__}"
            )
        runs.append(run)
    if activities not in {None, "reference", "detail"}:
        raise MisuseError(f"activities is 'reference' or 'detail', not {activities!r}")
    if rest is not None:
        if form is not None or activities is not None:
            raise MisuseError("a rest belongs to the source's own form: leave form and activities out")
        return _restored(use, rest, values, runs, said)
    if form is not None and form not in FORMS:
        raise MisuseError(f"form is one of {', '.join(FORMS)}; not {form!r}")
    if not values:
        raise MisuseError("to_fhir was given no value")
    if form == "resource" and len(values) > 1:
        raise MisuseError("the form 'resource' takes one value; use 'collection' for several")
    if form is None:
        form = _default_form(use, values, runs)
    style = "contained" if form == "resource" else "urn"
    return _draft(use, Layout(form, style, activities=activities or "reference"), values, runs)


def _listed(value: Any) -> list[Any]:
    """Several values as a list; anything else as a list of one, to be refused with its name."""
    if isinstance(value, (list, tuple)):
        return list(value)
    several = isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict, Model))
    return list(value) if several else [value]


def _restored(use: Engine, rest: Rest, values: list[Any], runs: list[Run], said: list[str] | None) -> dict[str, Any]:
    if rest.form.get("form") == "none":
        if values:
            raise MisuseError("this rest is of a source that gave no value: write it with an empty sequence")
        return _whole(rest)
    layout = from_form(rest.form)
    if not values:
        raise MisuseError("to_fhir was given no value")
    if layout.form == "resource" and len(values) > 1:
        raise MisuseError("this rest is of a source with one value")
    tree: dict[str, Any] = apply(rest.change, _draft(use, layout, values, runs), [] if said is None else said)
    return tree


def _whole(rest: Rest) -> dict[str, Any]:
    from rehabfhir.mapping.rest import copy  # noqa: PLC0415

    tree: dict[str, Any] = copy(rest.change[2])
    return tree


def _default_form(use: Engine, values: list[Any], runs: list[Run]) -> Form:
    if len(values) > 1 or isinstance(values[0], RehabilitationPlan):
        return "collection"
    tree = _draft(use, Layout("resource", "contained"), values, runs)
    return "collection" if "contained" in tree else "resource"


def to_resource(tree: dict[str, Any]) -> Any:
    """A JSON tree as a model of ``fhir.resources`` (R4B).

    Raises:
        MissingExtraError: ``fhir.resources`` is not installed.
        MisuseError: the tree names no resource type that R4B has.
    """
    try:
        from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - an optional dependency
    except ImportError as missing:
        raise MissingExtraError("to_resource", "models") from missing
    from rehabfhir.formats import write_json  # noqa: PLC0415

    try:
        cls = get_fhir_model_class(str(tree.get("resourceType")))
    except (KeyError, ValueError) as unknown:
        raise MisuseError("the tree has no resourceType that R4B knows") from unknown
    return cls.model_validate_json(write_json(tree))
