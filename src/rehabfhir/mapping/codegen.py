"""Tables to Python: every table becomes one function that reads and one that writes, straight dictionary code.

The functions are generated once, when the tables are loaded; nothing of a table is interpreted per resource. A
reading function takes a FHIR element and gives the fields of the domain value; a writing function takes the fields
and gives the element. What a row cannot take is left alone: the rest keeps it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rehabfhir.mapping.shapes import Shape, shape_of
from rehabfhir.mapping.table import Row, Step, Table, TableSet

__all__ = ["Program", "generate"]

_REFERENCE = ("reference", "reference_type", "reference_identifier", "reference_display")


@dataclass(slots=True)
class Program:
    """Generated source and the constants that it names."""

    source: str
    constants: dict[str, Any]


@dataclass(slots=True)
class _Level:
    """Rows of one FHIR element, arranged: plain rows, groups by first segment, arrays shared by several rows."""

    plain: list[Row] = field(default_factory=list)
    arrays: dict[str, list[Row]] = field(default_factory=dict)


class _Writer:
    """Lines of generated code, constants, and fresh names."""

    def __init__(self, tables: TableSet) -> None:
        self.tables = tables
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self._by_value: dict[str, str] = {}
        self._count = 0

    def put(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def constant(self, value: Any, stem: str = "K") -> str:
        key = f"{stem}:{value!r}" if not isinstance(value, (set, frozenset)) else f"{stem}:{sorted(map(str, value))!r}"
        name = self._by_value.get(key)
        if name is None:
            name = f"{stem}{len(self.constants)}"
            self._by_value[key] = name
            self.constants[name] = value
        return name


def generate(tables: TableSet, classes: Mapping[str, Any]) -> Program:
    """Python source for all of `tables`; `classes` are the domain classes by name."""
    out = _Writer(tables)
    for table in tables.tables.values():
        shape = shape_of(classes[table.domain])
        _reader(out, table, shape)
        _writer(out, table, shape)
    return Program("\n".join(out.lines) + "\n", out.constants)


def _levelled(rows: Iterable[Row]) -> _Level:
    """Rows of one element with common first segments gathered into groups."""
    level = _Level()
    groups: dict[str, int] = {}
    for row in rows:
        steps = row.steps
        if not steps or row.drop:
            if not row.drop:
                level.plain.append(row)
            continue
        first = steps[0]
        own = _own_array(steps)
        if first.many:
            if own == 0:
                level.arrays.setdefault(first.name, []).append(row)
            else:
                inner = replace(row, fhir=_path(steps[1:]))
                held = level.arrays.setdefault(first.name, [])
                for index, other in enumerate(held):
                    if not other.domain and not other.where and other.rows and other.fhir == f"{first.name}[]":
                        held[index] = replace(other, rows=(*other.rows, inner))
                        break
                else:
                    held.append(Row(fhir=f"{first.name}[]", rows=(inner,), place=row.place))
            continue
        if len(steps) == 1:
            level.plain.append(row)
            continue
        inner = replace(row, fhir=_path(steps[1:]))
        at = groups.get(first.name)
        if at is None:
            groups[first.name] = len(level.plain)
            level.plain.append(Row(fhir=first.name, rows=(inner,), place=row.place))
        else:
            level.plain[at] = replace(level.plain[at], rows=(*level.plain[at].rows, inner))
    return level


def _own_array(steps: tuple[Step, ...]) -> int:
    """Index of the array that is the row's own: the last one in its path; -1 when there is none."""
    for index in range(len(steps) - 1, -1, -1):
        if steps[index].many:
            return index
    return -1


def _path(steps: tuple[Step, ...]) -> str:
    return ".".join(step.name + ("[]" if step.many else "") for step in steps)


# ---- reading ---------------------------------------------------------------------------------------------------------


def _reader(out: _Writer, table: Table, shape: Shape) -> None:
    out.put(0, f"def read_{table.name}(n, c, d=None):")
    out.put(1, "if d is None: d = {}")
    _read_rows(out, 1, table.rows, "n", "d", shape)
    out.put(1, "return d")
    out.put(0, "")


def _read_rows(out: _Writer, depth: int, rows: Iterable[Row], node: str, into: str, shape: Shape) -> None:
    rows = [row for row in rows if row.only != "write" and row.value is None and not row.up]
    rows = _domain_grouped(rows)
    for row in rows:
        if row.domain and not row.fhir and row.rows and not row.link and not row.use:
            inner = out.fresh("e")
            out.put(depth, f"{inner} = {{}}")
            _read_rows(out, depth, row.rows, node, inner, shape.field(row.domain).shape)
            out.put(depth, f"if {inner}: {into}[{row.domain!r}] = {inner}")
        elif not row.domain and not row.fhir and row.rows:
            _read_rows(out, depth, row.rows, node, into, shape)
    level = _levelled(row for row in rows if row.fhir)
    for row in level.plain:
        name = row.steps[0].name
        value = out.fresh("v")
        if row.rows and not row.domain:
            out.put(depth, f"{value} = {node}.get({name!r})")
            out.put(depth, f"if type({value}) is dict:")
            _read_rows(out, depth + 1, row.rows, value, into, shape)
            continue
        out.put(depth, f"{value} = {node}.get({name!r})")
        out.put(depth, f"if {value} is not None:")
        _read_one(out, depth + 1, row, value, into, shape, node=node, key=name)
    for name, claims in level.arrays.items():
        _read_array(out, depth, name, claims, node, into, shape)
    for row in rows:
        if row.back:
            out.put(depth, f"c.back({node}, {into}, {row.domain!r}, {_spec(out, row, shape)})")


def _domain_grouped(rows: list[Row]) -> list[Row]:
    """Rows whose domain path is dotted, gathered under the value that they fill together."""
    grouped: list[Row] = []
    at: dict[str, int] = {}
    for row in rows:
        head, dot, tail = row.domain.partition(".")
        if not dot:
            grouped.append(row)
            continue
        inner = replace(row, domain=tail)
        if head in at:
            grouped[at[head]] = replace(grouped[at[head]], rows=(*grouped[at[head]].rows, inner))
        else:
            at[head] = len(grouped)
            grouped.append(Row(domain=head, rows=(inner,), place=row.place))
    return grouped


def _read_one(
    out: _Writer,
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
            name = row.domain
            out.put(at, f"a = {into}.get({name!r})")
            out.put(at, f"if a is None: {into}[{name!r}] = [{expression}]")
            out.put(at, f"else: a.append({expression})")
        else:
            out.put(at, f"{into}[{row.domain!r}] = {expression}")
        if then:
            out.put(at, then)

    if row.merge:
        out.put(depth, f"if type({value}) is dict and c.merge({value}, {into}, {_merge_spec(out, row)}):")
        out.put(depth + 1, then or "pass")
        return
    field_shape = shape.field(row.domain)
    if row.inner:
        found = out.fresh("r")
        out.put(depth, f"{found} = c.inner({value}, {row.inner!r}, {node}, {key!r})")
        out.put(depth, f"if {found} is not None:")
        taken(depth + 1, found)
    elif row.link:
        found = out.fresh("r")
        out.put(depth, f"{found} = c.link({value}, {_spec(out, row, shape)}) if type({value}) is dict else None")
        out.put(depth, f"if {found} is not None:")
        taken(depth + 1, found)
    elif row.use:
        found = out.fresh("r")
        out.put(depth, f"if type({value}) is dict:")
        out.put(depth + 1, f"{found} = read_{row.use}({value}, c)")
        out.put(depth + 1, f"if {found}:")
        taken(depth + 2, found)
    elif row.rows:
        found = out.fresh("e")
        out.put(depth, f"if type({value}) is dict:")
        out.put(depth + 1, f"{found} = {{}}")
        _read_rows(out, depth + 1, row.rows, value, found, field_shape.shape)
        out.put(depth + 1, f"if {found}:")
        taken(depth + 2, found)
    elif row.codes:
        codes = out.constant(dict(out.tables.concepts[row.codes]["from"]), "M")
        found = out.fresh("r")
        out.put(depth, f"{found} = {codes}.get({value}) if type({value}) is str else None")
        if row.exact:
            out.put(
                depth, f"{found} = c.exact({node}, {row.exact!r}, {out.constant(field_shape.literals, 'L')}) or {found}"
            )
        out.put(depth, f"if {found} is not None:")
        taken(depth + 1, found)
        out.put(depth, f"else: c.unknown({node}, {key!r})")
    elif row.convert == "canonical":
        head, version = out.fresh("h"), out.fresh("r")
        out.put(depth, f"if type({value}) is str:")
        out.put(depth + 1, f"{head}, _, {version} = {value}.partition('|')")
        out.put(depth + 1, f"if {version}: {into}['version'] = {version}")
        out.put(depth + 1, f"if {head}: {into}[{row.domain!r}] = {head}")
    elif field_shape.literals:
        out.put(depth, f"if type({value}) is str and {value} in {out.constant(field_shape.literals, 'L')}:")
        taken(depth + 1, value)
        out.put(depth, f"else: c.unknown({node}, {key!r})")
    elif field_shape.kind == "bool":
        out.put(depth, f"if {value} is True or {value} is False:")
        taken(depth + 1, value)
    elif field_shape.kind == "int":
        out.put(depth, f"if type({value}) is int:")
        taken(depth + 1, value)
    elif field_shape.kind == "Decimal":
        out.put(depth, f"if type({value}) in NUMBERS:")
        taken(depth + 1, f"decimal({value})")
    else:
        out.put(depth, f"if type({value}) is str:")
        if row.check:
            out.put(depth + 1, f"c.check_{row.check}({node}, {value})")
        taken(depth + 1, value)


def _read_array(out: _Writer, depth: int, name: str, claims: list[Row], node: str, into: str, shape: Shape) -> None:
    """One loop over an array; each item goes to the first row that takes it."""
    items, item = out.fresh("v"), out.fresh("x")
    out.put(depth, f"{items} = {node}.get({name!r})")
    out.put(depth, f"if type({items}) is list:")
    flags: dict[int, str] = {}
    for index, row in enumerate(claims):
        if not _is_many(row, shape):
            flags[index] = out.fresh("f")
            out.put(depth + 1, f"{flags[index]} = True")
    primitive = all(_is_primitive(row, shape) for row in claims)
    dicts = not primitive
    out.put(depth + 1, f"for {item} in {items}:")
    inside = depth + 2
    if dicts:
        out.put(inside, f"if type({item}) is not dict: continue")
    for index, row in enumerate(claims):
        conditions = [_condition(out, item, path, value) for path, value in row.where.items()]
        flag = flags.get(index)
        if flag:
            conditions.insert(0, flag)
        at = inside
        if conditions:
            out.put(inside, f"if {' and '.join(conditions)}:")
            at += 1
        tail = row.steps[1:]
        then = f"{flag} = False; continue" if flag else "continue"
        if row.rows and not row.domain:
            _read_rows(out, at, row.rows, item, into, shape)
            out.put(at, then)
            continue
        if row.fill:
            _read_filled(out, at, row, item, into, shape)
            continue
        value = item
        current = item
        for step in tail:
            if current is not item:
                out.put(at, f"if type({current}) is dict:")
                at += 1
            value = out.fresh("v")
            out.put(at, f"{value} = {current}.get({step.name!r})")
            current = value
        if tail:
            out.put(at, f"if {value} is not None:")
            at += 1
        key = tail[-1].name if tail else name
        holder = item if tail else node
        _read_one(out, at, row, value, into, shape, node=holder, key=key, then=then, append=_is_many(row, shape))


def _read_filled(out: _Writer, at: int, row: Row, item: str, into: str, shape: Shape) -> None:
    """An array whose items need an id that FHIR does not carry: it is numbered as the model numbers it."""
    found = out.fresh("e")
    out.put(at, f"{found} = {{}}")
    _read_rows(out, at, row.rows, item, found, shape.field(row.domain).shape)
    out.put(at, f"a = {into}.get({row.domain!r})")
    out.put(at, f"if a is None: {into}[{row.domain!r}] = a = []")
    out.put(at, f"a.append(c.numbered({found}, {item}, {row.fill!r}, len(a) + 1))")
    out.put(at, "continue")


def _is_many(row: Row, shape: Shape) -> bool:
    if row.merge or not row.domain:
        return False
    return shape.field(row.domain).many


def _is_primitive(row: Row, shape: Shape) -> bool:
    return not (row.where or row.rows or row.use or row.link or row.inner or row.merge or row.steps[1:])


def _condition(out: _Writer, item: str, path: str, value: Any) -> str:
    if "." not in path and not path.endswith("[]"):
        if isinstance(value, list):
            return f"known({item}.get({path!r}), {out.constant(frozenset(value), 'S')})"
        return f"{item}.get({path!r}) == {value!r}"
    steps = tuple(part for part in path.split("."))
    return f"holds({item}, {steps!r}, {out.constant(frozenset(value if isinstance(value, list) else [value]), 'S')})"


def _spec(out: _Writer, row: Row, shape: Shape) -> str:
    """The constant that says which resources a reference of this row may lead to."""
    cls = shape.field(row.domain).cls
    return out.constant(("link", row.link, cls.__name__, row.mark, row.back, row.also), "R")


def _merge_spec(out: _Writer, row: Row) -> str:
    return out.constant(("merge", row.merge, row.domain, row.when), "R")


# ---- writing ---------------------------------------------------------------------------------------------------------


def _writer(out: _Writer, table: Table, shape: Shape) -> None:
    out.put(0, f"def write_{table.name}(d, c):")
    if table.resource:
        out.put(1, f"out = {{'resourceType': {table.fhir!r}}}")
    else:
        out.put(1, "out = {}")
    _write_rows(out, 1, table.rows, "d", "out", shape, constants=table.resource)
    out.put(1, "return out")
    out.put(0, "")


def _write_rows(
    out: _Writer, depth: int, rows: Iterable[Row], source: str, into: str, shape: Shape, *, constants: bool
) -> None:
    """Code that writes all rows of one element; constants only if `constants`, or where something else was written."""
    rows = _domain_grouped([row for row in rows if row.only != "read" and not row.drop])
    later: list[Row] = []
    conditional: dict[str, list[Row]] = {}
    for row in rows:
        if row.when and not row.merge:
            conditional.setdefault(row.when, []).append(row)
        elif row.when:
            conditional.setdefault(row.when, []).append(row)
        elif row.value is not None or row.up:
            later.append(row)
        else:
            _write_row(out, depth, row, source, into, shape)
    for option, some in conditional.items():
        name, _, wanted = option.partition("=")
        out.put(depth, f"if c.option({name!r}, {source}) == {wanted!r}:")
        for row in some:
            _write_row(out, depth + 1, replace(row, when=""), source, into, shape)
    if later:
        at = depth
        if not constants:
            out.put(depth, f"if {into}:")
            at += 1
        for row in later:
            _write_constant(out, at, row, into)


def _write_constant(out: _Writer, depth: int, row: Row, into: str) -> None:
    value = (
        f"c.up({row.up!r})"
        if row.up
        else f"fresh({out.constant(row.value, 'C')})"
        if isinstance(row.value, (dict, list))
        else repr(row.value)
    )
    if row.up:
        name = out.fresh("u")
        out.put(depth, f"{name} = {value}")
        if row.absent:
            out.put(depth, f"if {name} is None: absent({into}, {row.steps[-1].name!r}, {row.steps[-1].many})")
        out.put(depth, f"if {name} is not None:")
        depth += 1
        value = name
    target = into
    steps = row.steps
    for step in steps[:-1]:
        inner = out.fresh("o")
        if step.many:
            out.put(depth, f"{inner} = first({target}, {step.name!r})")
        else:
            out.put(depth, f"{inner} = {target}.setdefault({step.name!r}, {{}})")
        target = inner
    last = steps[-1]
    if last.many:
        if row.where:
            value = (
                f"{{**fresh({out.constant(_built(row.where), 'C')}), **{value}}}"
                if isinstance(row.value, dict)
                else value
            )
        out.put(depth, f"{target}.setdefault({last.name!r}, []).append({value})")
    else:
        out.put(depth, f"if {last.name!r} not in {target}: {target}[{last.name!r}] = {value}")


def _write_row(out: _Writer, depth: int, row: Row, source: str, into: str, shape: Shape) -> None:
    if not row.fhir:
        if row.domain and row.rows:
            value = out.fresh("v")
            out.put(depth, f"{value} = {source}[{row.domain!r}]")
            out.put(depth, f"if {value} is not None:")
            out.put(depth + 1, f"{value} = {value}.__dict__")
            _write_rows(out, depth + 1, row.rows, value, into, shape.field(row.domain).shape, constants=False)
        elif row.rows:
            _write_rows(out, depth, row.rows, source, into, shape, constants=False)
        return
    steps = row.steps
    if row.rows and not row.domain:
        inner = out.fresh("o")
        out.put(depth, f"{inner} = {{}}")
        _write_rows(out, depth, row.rows, source, inner, shape, constants=False)
        out.put(depth, f"if {inner}:")
        _place(out, depth + 1, row, steps, inner, into, raw=True)
        return
    if row.merge:
        value = out.fresh("v")
        out.put(depth, f"{value} = c.write_merged({source}, {_merge_spec(out, row)})")
        out.put(depth, f"if {value} is not None:")
        _place(out, depth + 1, row, steps, value, into)
        return
    field_shape = shape.field(row.domain)
    value = out.fresh("v")
    out.put(depth, f"{value} = {source}[{row.domain!r}]")
    if row.convert == "canonical":
        out.put(depth, f"if {value} is not None:")
        version = f"{source}['version']"
        expression = f"{value} if {version} is None else {value} + '|' + {version}"
        _place(out, depth + 1, row, steps, expression, into)
        return
    if row.convert == "held":
        out.put(depth, f"{into}[{steps[-1].name!r}] = 'planned' if {value} is None else 'finished'")
        return
    if field_shape.many:
        item = out.fresh("x")
        out.put(depth, f"if {value}:")
        own = _own_array(steps)
        number = out.fresh("i")
        if own == len(steps) - 1 == 0 and not row.where and not row.mark and not row.fill:
            name = steps[0].name
            expression = _expression(out, row, item, field_shape)
            if expression is not None:
                spread = expression == item
                made = f"[*{value}]" if spread else f"[{expression} for {item} in {value}]"
                out.put(depth + 1, f"add({into}, {name!r}, {made})")
                return
        out.put(depth + 1, f"for {number}, {item} in enumerate({value}, 1):" if row.fill else f"for {item} in {value}:")
        _write_value(out, depth + 2, row, item, into, field_shape, steps, number=number)
        return
    out.put(depth, f"if {value} is not None:")
    _write_value(out, depth + 1, row, value, into, field_shape, steps)
    if row.absent:
        out.put(depth, "else:")
        _write_absent(out, depth + 1, into, steps)


def _write_absent(out: _Writer, depth: int, into: str, steps: tuple[Step, ...]) -> None:
    last = steps[-1]
    out.put(depth, f"absent({into}, {last.name!r}, {last.many})")


def _expression(out: _Writer, row: Row, value: str, field_shape: Shape) -> str | None:
    """The expression that gives the FHIR form of one domain value; None where it takes more than one."""
    if row.inner:
        return f"c.write_inner({value}, {row.inner!r})"
    if row.link:
        return f"c.ref({value}, {out.constant(('link', row.link, field_shape.cls.__name__, row.mark, row.back, row.also), 'R')})"
    if row.use:
        return f"write_{row.use}({value}.__dict__, c)"
    if row.rows:
        return None
    if row.convert == "held":
        return "'finished'"
    if row.codes:
        return f"{out.constant(dict(out.tables.concepts[row.codes]['to']), 'M')}.get({value}, {value})"
    if field_shape.kind == "Decimal":
        return f"number({value})"
    return value


def _write_value(
    out: _Writer,
    depth: int,
    row: Row,
    value: str,
    into: str,
    field_shape: Shape,
    steps: tuple[Step, ...],
    number: str = "",
) -> None:
    expression = _expression(out, row, value, field_shape)
    if expression is None:
        inner, fields_ = out.fresh("o"), out.fresh("d")
        out.put(depth, f"{fields_} = {value}.__dict__")
        out.put(depth, f"{inner} = {{}}")
        if row.fill:
            out.put(depth, f"c.unnumbered({fields_}, {inner}, {row.fill!r}, {number})")
        _write_rows(out, depth, row.rows, fields_, inner, field_shape.shape, constants=False)
        if field_shape.many:
            _place(out, depth, row, steps, inner, into)
        else:
            out.put(depth, f"if {inner}:")
            _place(out, depth + 1, row, steps, inner, into)
        return
    _place(out, depth, row, steps, expression, into)
    if row.codes and row.exact:
        back = out.constant(dict(out.tables.concepts[row.codes]["from"]), "M")
        to = out.constant(dict(out.tables.concepts[row.codes]["to"]), "M")
        out.put(depth, f"if {back}.get({to}.get({value})) != {value}:")
        out.put(depth + 1, f"{into}.setdefault('extension', []).append({{'url': {row.exact!r}, 'valueCode': {value}}})")


def _place(
    out: _Writer, depth: int, row: Row, steps: tuple[Step, ...], expression: str, into: str, *, raw: bool = False
) -> None:
    """Code that puts a written value where `steps` say, under `into`."""
    own = _own_array(steps)
    if own < 0:
        last = steps[-1]
        target = into
        for step in steps[:-1]:
            inner = out.fresh("o")
            out.put(depth, f"{inner} = {target}.setdefault({step.name!r}, {{}})")
            target = inner
        out.put(depth, f"{target}[{last.name!r}] = {expression}")
        return
    target = into
    for step in steps[:own]:
        inner = out.fresh("o")
        if step.many:
            out.put(depth, f"{inner} = first({target}, {step.name!r})")
        else:
            out.put(depth, f"{inner} = {target}.setdefault({step.name!r}, {{}})")
        target = inner
    tail = [step.name for step in steps[own + 1 :]]
    made = expression
    for name in reversed(tail):
        made = f"{{{name!r}: {made}}}"
    if row.where:
        simple = all("." not in path and not path.endswith("[]") for path in row.where)
        if simple:
            pairs = ", ".join(f"{path!r}: {_first(wanted)!r}" for path, wanted in row.where.items())
            made = f"{{{pairs}, {made[1:]}" if tail else f"{{{pairs}, **{made}}}"
        else:
            constant = out.constant(_built(row.where), "C")
            made = f"{{**fresh({constant}), **{made}}}"
    name = steps[own].name
    array = out.fresh("a")
    out.put(depth, f"{array} = {target}.get({name!r})")
    out.put(depth, f"if {array} is None: {target}[{name!r}] = [{made}]")
    out.put(depth, f"else: {array}.append({made})")


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _built(where: Mapping[str, Any]) -> dict[str, Any]:
    """The element that fulfils `where`, with the first of several allowed values."""
    made: dict[str, Any] = {}
    for path, value in where.items():
        here = made
        parts = path.split(".")
        for index, part in enumerate(parts):
            name, many = part.removesuffix("[]"), part.endswith("[]")
            last = index == len(parts) - 1
            if last:
                here[name] = [_first(value)] if many else _first(value)
            elif many:
                here = here.setdefault(name, [{}])[0]
            else:
                here = here.setdefault(name, {})
    return made
