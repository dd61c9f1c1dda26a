"""Tables to Python, reading: for every table a function that takes a FHIR element apart.

Two forms are made from the same rows. The *fast* form builds the domain values itself, after checks that are sure to
be at least as strict as the model's; at the least doubt it gives up (`Doubt`) and the source is read again in the
*checked* form, which collects plain fields and lets the model judge them. Only the checked form makes findings.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from rehabfhir.mapping.code import Code, grouped, levelled
from rehabfhir.mapping.shapes import Field, Shape
from rehabfhir.mapping.table import Row, Table

__all__ = ["link_constant", "merge_constant", "reader"]

_INT_CHECK = {
    "int": "-2147483648 <= {0} <= 2147483647",
    "unsigned": "0 <= {0} <= 2147483647",
    "positive": "1 <= {0} <= 2147483647",
}
_TEXT_DOUBT = {
    "text": "not {0}",
    "token": "not {0} or not {0}.isprintable() or ' ' in {0}",
    "uri": "not {0} or not {0}.isprintable() or ' ' in {0}",
    "id": "not is_id({0})",
    "base64": "not is_base64({0})",
    "date": "not is_date({0})",
    "datetime": "not is_datetime({0})",
    "instant": "not is_instant({0})",
    "time": "not is_time({0})",
}


def reader(out: Code, table: Table, shape: Shape) -> None:
    """Write the reading function of one table."""
    out.put(0, f"def read_{table.name}(n, c, d=None):")
    out.put(1, "if d is None: d = {}")
    _rows(out, 1, table.rows, "n", "d", shape)
    if table.profile:
        out.put(1, f"if 'meta' in n and claims(n['meta'], {table.profile!r}): c.options['profiles'] = 'named'")
    if out.fast and not table.resource:
        out.put(1, f"return {_make(out, shape)}(d) if d else None")
    else:
        out.put(1, "return d")
    out.put(0, "")


def _make(out: Code, shape: Shape) -> str:
    """The name of the function that builds a value of a class from checked fields."""
    return out.constant(("make", shape.cls.__name__), "B")


def _rows(out: Code, depth: int, rows: Iterable[Row], node: str, into: str, shape: Shape) -> None:
    read = grouped(row for row in rows if row.only != "write" and row.value is None and not row.up and not row.drop)
    for row in read:
        if row.fhir or not row.rows:
            continue
        if row.domain:
            inner = out.fresh("e")
            inside = shape.field(row.domain).shape
            out.put(depth, f"{inner} = {{}}")
            _rows(out, depth, row.rows, node, inner, inside)
            made = f"{_make(out, inside)}({inner})" if out.fast else inner
            out.put(depth, f"if {inner}: {into}[{row.domain!r}] = {made}")
        else:
            _rows(out, depth, row.rows, node, into, shape)
    level = levelled(row for row in read if row.fhir)
    for row in level.plain:
        name = row.steps[0].name
        value = out.fresh("v")
        out.put(depth, f"if {name!r} in {node}:")
        out.put(depth + 1, f"{value} = {node}[{name!r}]")
        if row.rows and not row.domain:
            out.put(depth + 1, f"if type({value}) is dict:")
            if row.when:
                out.put(depth + 2, f"c.options[{row.when.partition('=')[0]!r}] = {row.when.partition('=')[2]!r}")
            _rows(out, depth + 2, row.rows, value, into, shape)
            continue
        _one(out, depth + 1, row, value, into, shape, node=node, key=name)
    for name, claims in level.arrays.items():
        _array(out, depth, name, claims, node, into, shape)
    for row in read:
        if row.back:
            out.put(depth, f"c.back({node}, {into}, {row.domain!r}, {link_constant(out, row, shape)})")


def _one(
    out: Code,
    depth: int,
    row: Row,
    value: str,
    into: str,
    shape: Shape,
    *,
    node: str,
    key: str,
    then: str = "",
    append: bool = False,
) -> None:
    """Code that converts one FHIR value and puts it in the domain field; `then` follows where it was taken."""

    def taken(at: int, expression: str) -> None:
        if append:
            out.put(at, f"a = {into}.get({row.domain!r})")
            out.put(at, f"if a is None: {into}[{row.domain!r}] = [{expression}]")
            out.put(at, f"else: a.append({expression})")
        else:
            out.put(at, f"{into}[{row.domain!r}] = {expression}")
        if then:
            out.put(at, then)

    def found(expression: str, test: str = "is not None") -> None:
        name = out.fresh("r")
        out.put(depth, f"{name} = {expression}")
        out.put(depth, f"if {name} {test}:")
        taken(depth + 1, name)

    if row.merge:
        out.put(depth, f"if type({value}) is dict and c.merge({value}, {into}, {merge_constant(out, row)}):")
        out.put(depth + 1, then or "pass")
        return
    what = shape.field(row.domain)
    if row.inner:
        found(f"c.inner({value}, {row.inner!r}, {node}, {key!r})")
    elif row.link:
        found(f"c.link({value}, {link_constant(out, row, shape)}) if type({value}) is dict else None")
    elif row.use:
        if row.use == "Identifier":
            out.put(depth, "c.identified = True")
        found(f"read_{row.use}({value}, c) if type({value}) is dict else None", test="")
    elif row.rows:
        name = out.fresh("e")
        out.put(depth, f"if type({value}) is dict:")
        out.put(depth + 1, f"{name} = {{}}")
        _rows(out, depth + 1, row.rows, value, name, what.shape)
        out.put(depth + 1, f"if {name}:")
        taken(depth + 2, f"{_make(out, what.shape)}({name})" if out.fast else name)
    elif row.codes:
        codes = out.constant(dict(out.tables.concepts[row.codes]["from"]), "M")
        known = f"{codes}.get({value}) if type({value}) is str else None"
        if row.exact:
            literals = out.constant(what.literals, "L")
            known = f"c.exact({node}, {row.exact!r}, {literals}) or ({known})"
        found(known)
        out.put(depth, f"else: c.unknown({node}, {key!r})")
    elif row.convert == "canonical":
        head, version = out.fresh("h"), out.fresh("r")
        out.put(depth, f"if type({value}) is str:")
        out.put(depth + 1, f"{head}, _, {version} = {value}.partition('|')")
        if out.fast:
            out.put(depth + 1, f"if {_TEXT_DOUBT['uri'].format(head)}: raise Doubt")
        out.put(depth + 1, f"if {version}: {into}['version'] = {version}")
        out.put(depth + 1, f"if {head}: {into}[{row.domain!r}] = {head}")
    else:
        _leaf(out, depth, row, value, what, node=node, key=key, taken=taken)


def _leaf(out: Code, depth: int, row: Row, value: str, what: Field, *, node: str, key: str, taken: Any) -> None:
    """Code for a value that FHIR and the domain write alike."""
    if what.literals:
        out.put(depth, f"if type({value}) is str and {value} in {out.constant(what.literals, 'L')}:")
        taken(depth + 1, value)
        out.put(depth, f"else: c.unknown({node}, {key!r})")
        return
    if what.kind == "bool":
        out.put(depth, f"if {value} is True or {value} is False:")
        taken(depth + 1, value)
        return
    if what.kind == "int":
        out.put(depth, f"if type({value}) is int:")
        if out.fast:
            check = _INT_CHECK.get(what.check)
            out.put(depth + 1, f"if not {check.format(value)}: raise Doubt" if check else "raise Doubt")
        taken(depth + 1, value)
        return
    if what.kind == "Decimal":
        out.put(depth, f"if type({value}) in NUMBERS:")
        if out.fast and what.check:
            out.put(depth + 1, f"if not {value} >= 0: raise Doubt" if what.check == "not-negative" else "raise Doubt")
        taken(depth + 1, f"decimal({value})")
        return
    out.put(depth, f"if type({value}) is str:")
    if out.fast:
        doubt = _TEXT_DOUBT.get(what.check)
        out.put(depth + 1, f"if {doubt.format(value)}: raise Doubt" if doubt else "raise Doubt")
    if row.check:
        out.put(depth + 1, f"c.check_{row.check}({node}, {value})")
    taken(depth + 1, value)


def _array(out: Code, depth: int, name: str, claims: list[Row], node: str, into: str, shape: Shape) -> None:
    """One loop over an array; each item goes to the first row that takes it."""
    items, item = out.fresh("v"), out.fresh("x")
    out.put(depth, f"{items} = {node}[{name!r}] if {name!r} in {node} else None")
    out.put(depth, f"if type({items}) is list:")
    flags: dict[int, str] = {}
    for index, row in enumerate(claims):
        if not _is_many(row, shape):
            flags[index] = out.fresh("f")
            out.put(depth + 1, f"{flags[index]} = True")
    out.put(depth + 1, f"for {item} in {items}:")
    inside = depth + 2
    if not all(_is_primitive(row) for row in claims):
        out.put(inside, f"if type({item}) is not dict: continue")
    url = ""
    if name == "extension" and sum("url" in row.where for row in claims) > 1:
        url = out.fresh("u")
        out.put(inside, f"{url} = {item}.get('url')")
    for index, row in enumerate(claims):
        _claim(out, inside, name, row, item, node, into, shape, flag=flags.get(index, ""), url=url)
    if out.fast:
        for domain in dict.fromkeys(row.domain for row in claims if _is_many(row, shape)):
            out.put(depth + 1, f"if {domain!r} in {into}: {into}[{domain!r}] = tuple({into}[{domain!r}])")


def _claim(
    out: Code, at: int, name: str, row: Row, item: str, node: str, into: str, shape: Shape, *, flag: str, url: str
) -> None:
    """Code for one row's claim on an item of an array."""
    conditions = [flag] if flag else []
    for path, value in row.where.items():
        simple = url and path == "url" and isinstance(value, str)
        conditions.append(f"{url} == {value!r}" if simple else _condition(out, item, path, value))
    if conditions:
        out.put(at, f"if {' and '.join(conditions)}:")
        at += 1
    then = f"{flag} = False; continue" if flag else "continue"
    if row.rows and not row.domain:
        _rows(out, at, row.rows, item, into, shape)
        out.put(at, then)
        return
    if row.fill:
        _numbered(out, at, row, item, into, shape)
        return
    value = item
    tail = row.steps[1:]
    for step in tail:
        if value != item:
            out.put(at, f"if type({value}) is dict:")
            at += 1
        inner = out.fresh("v")
        out.put(at, f"{inner} = {value}.get({step.name!r})")
        value = inner
    if tail:
        out.put(at, f"if {value} is not None:")
        at += 1
    key = tail[-1].name if tail else name
    holder = item if tail else node
    _one(out, at, row, value, into, shape, node=holder, key=key, then=then, append=_is_many(row, shape))


def _numbered(out: Code, at: int, row: Row, item: str, into: str, shape: Shape) -> None:
    """An array whose items need an id that FHIR does not carry: it is numbered as the model numbers it."""
    found = out.fresh("e")
    inside = shape.field(row.domain).shape
    out.put(at, f"{found} = {{}}")
    _rows(out, at, row.rows, item, found, inside)
    out.put(at, f"a = {into}.get({row.domain!r})")
    out.put(at, f"if a is None: {into}[{row.domain!r}] = a = []")
    made = f"c.numbered({found}, {item}, {row.fill!r}, len(a) + 1)"
    out.put(at, f"a.append({_make(out, inside)}({made}))" if out.fast else f"a.append({made})")
    out.put(at, "continue")


def _is_many(row: Row, shape: Shape) -> bool:
    if row.merge or not row.domain:
        return False
    return shape.field(row.domain).many


def _is_primitive(row: Row) -> bool:
    return not (row.where or row.rows or row.use or row.link or row.inner or row.merge or row.steps[1:])


def _condition(out: Code, item: str, path: str, value: Any) -> str:
    if "." not in path and not path.endswith("[]"):
        if isinstance(value, list):
            return f"known({item}.get({path!r}), {out.constant(frozenset(value), 'S')})"
        return f"{item}.get({path!r}) == {value!r}"
    allowed = frozenset(value if isinstance(value, list) else [value])
    return f"holds({item}, {tuple(path.split('.'))!r}, {out.constant(allowed, 'S')})"


def link_constant(out: Code, row: Row, shape: Shape) -> str:
    """The constant that says where a reference of this row may lead."""
    return out.constant(("link", row.link, shape.field(row.domain).cls.__name__, row.mark, row.back, row.also), "R")


def merge_constant(out: Code, row: Row) -> str:
    """The constant that says which resource fills the same value."""
    return out.constant(("merge", row.merge, row.domain), "R")


def doubts() -> Mapping[str, str]:
    """The checks of the fast form, by kind of text: for the test that holds them against the model's."""
    return _TEXT_DOUBT
