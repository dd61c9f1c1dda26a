"""Tables to Python, writing: for every table a function that builds the FHIR element from the fields of a value."""

from collections.abc import Iterable
from dataclasses import replace

from rehabfhir.mapping.code import Code, built, grouped, own_array, written_first
from rehabfhir.mapping.codegen_read import link_constant, merge_constant
from rehabfhir.mapping.shapes import Shape
from rehabfhir.mapping.table import Row, Step, Table

__all__ = ["writer"]


def writer(out: Code, table: Table, shape: Shape) -> None:
    """Write the writing function of one table."""
    out.put(0, f"def write_{table.name}(d, c):")
    out.put(1, f"out = {{'resourceType': {table.fhir!r}}}" if table.resource else "out = {}")
    _rows(out, 1, table.rows, "d", "out", shape, constants=table.resource)
    if table.profile:
        needs = [" or ".join(_need(out, each) for each in alternatives) for alternatives in table.needs]
        conditions = " and ".join(["c.layout.profiles", *(f"({need})" for need in needs)])
        out.put(1, f"if {conditions}: out.setdefault('meta', {{}})['profile'] = [{table.profile!r}]")
    out.put(1, "return out")
    out.put(0, "")


def _need(out: Code, need: str) -> str:
    """The expression that says whether a condition of naming a profile is met by the element just written."""
    if "." in need.partition("=")[0]:
        return f"met(out, {need!r})"
    path, unlike, other = need.partition("!=")
    if unlike:
        return f"out.get({path!r}) != {other!r}"
    path, equal, wanted = need.partition("=")
    if equal:
        return f"out.get({path!r}) in {out.constant(frozenset(wanted.split('|')), 'S')}"
    path, counted, number = need.partition("#")
    name = path.removesuffix("[]")
    return f"len(out.get({name!r}, ())) == {int(number)}" if counted else f"{name!r} in out"


def _rows(out: Code, depth: int, rows: Iterable[Row], source: str, into: str, shape: Shape, *, constants: bool) -> None:
    """Code that writes all rows of one element; constants only if `constants`, or where something else was written."""
    later: list[Row] = []
    conditional: dict[str, list[Row]] = {}
    for row in grouped(row for row in rows if row.only != "read" and not row.drop):
        if row.when:
            conditional.setdefault(row.when, []).append(replace(row, when=""))
        elif row.value is not None or row.up:
            later.append(row)
        else:
            _row(out, depth, row, source, into, shape)
    for option, some in conditional.items():
        name, _, wanted = option.partition("=")
        out.put(depth, f"if c.option({name!r}, {source}) == {wanted!r}:")
        for row in some:
            _row(out, depth + 1, row, source, into, shape)
    if later and not constants:
        out.put(depth, f"if {into}:")
    for row in later:
        _constant(out, depth if constants else depth + 1, row, into)


def _constant(out: Code, depth: int, row: Row, into: str) -> None:
    """Code for a row that writes what the domain value does not hold."""
    last = row.steps[-1]
    if row.up:
        value = out.fresh("u")
        out.put(depth, f"{value} = c.up({row.up!r})")
        if row.absent:
            out.put(depth, f"if {value} is None: absent({into}, {last.name!r}, {last.many})")
        out.put(depth, f"if {value} is not None:")
        depth += 1
    elif isinstance(row.value, (dict, list)):
        value = f"fresh({out.constant(row.value, 'C')})"
    else:
        value = repr(row.value)
    target = _entered(out, depth, into, row.steps[:-1])
    if last.many:
        out.put(depth, f"{target}.setdefault({last.name!r}, []).append({value})")
    else:
        out.put(depth, f"if {last.name!r} not in {target}: {target}[{last.name!r}] = {value}")


def _entered(out: Code, depth: int, target: str, steps: Iterable[Step]) -> str:
    """Code that goes into the elements of a path, making those that are not there; the name of the innermost."""
    for step in steps:
        inner = out.fresh("o")
        if step.many:
            out.put(depth, f"{inner} = first({target}, {step.name!r})")
        else:
            out.put(depth, f"{inner} = {target}.setdefault({step.name!r}, {{}})")
        target = inner
    return target


def _row(out: Code, depth: int, row: Row, source: str, into: str, shape: Shape) -> None:
    """Code for one row that carries something of the value."""
    if not row.fhir:
        inside, fields = shape, source
        if row.domain:
            fields = out.fresh("v")
            inside = shape.field(row.domain).shape
            out.put(depth, f"{fields} = {source}[{row.domain!r}]")
            out.put(depth, f"if {fields} is not None:")
            depth += 1
            out.put(depth, f"{fields} = {fields}.__dict__")
        _rows(out, depth, row.rows, fields, into, inside, constants=False)
        return
    if row.rows and not row.domain:
        inner = out.fresh("o")
        out.put(depth, f"{inner} = {{}}")
        _rows(out, depth, row.rows, source, inner, shape, constants=False)
        out.put(depth, f"if {inner}:")
        _place(out, depth + 1, row, inner, into)
        return
    value = out.fresh("v")
    if row.merge:
        out.put(depth, f"{value} = c.write_merged({source}, {merge_constant(out, row)})")
        out.put(depth, f"if {value} is not None:")
        _place(out, depth + 1, row, value, into)
        return
    out.put(depth, f"{value} = {source}[{row.domain!r}]")
    if row.convert == "canonical":
        version = f"{source}['version']"
        out.put(depth, f"if {value} is not None:")
        _place(out, depth + 1, row, f"{value} if {version} is None else {value} + '|' + {version}", into)
    elif row.convert == "held":
        out.put(depth, f"{into}[{row.steps[-1].name!r}] = 'planned' if {value} is None else 'finished'")
    elif shape.field(row.domain).many:
        _many(out, depth, row, value, into, shape)
    else:
        out.put(depth, f"if {value} is not None:")
        _value(out, depth + 1, row, value, into, shape)
        if row.absent:
            out.put(depth, f"else: absent({into}, {row.steps[-1].name!r}, {row.steps[-1].many})")


def _many(out: Code, depth: int, row: Row, values: str, into: str, shape: Shape) -> None:
    """Code for a row whose domain field repeats."""
    item = out.fresh("x")
    out.put(depth, f"if {values}:")
    plain = len(row.steps) == 1 and row.steps[0].many and not row.where and not row.fill
    expression = _expression(out, row, item, shape) if plain else None
    if expression is not None:
        made = f"[*{values}]" if expression == item else f"[{expression} for {item} in {values}]"
        out.put(depth + 1, f"add({into}, {row.steps[0].name!r}, {made})")
        return
    number = out.fresh("i")
    out.put(depth + 1, f"for {number}, {item} in enumerate({values}, 1):" if row.fill else f"for {item} in {values}:")
    _value(out, depth + 2, row, item, into, shape, number=number)


def _expression(out: Code, row: Row, value: str, shape: Shape) -> str | None:
    """The expression that gives the FHIR form of one domain value; None where it takes more than one."""
    if row.inner:
        return f"c.write_inner({value}, {row.inner!r})"
    if row.link:
        return f"c.ref({value}, {link_constant(out, row, shape)})"
    if row.use:
        return f"write_{row.use}({value}.__dict__, c)"
    if row.rows:
        return None
    if row.codes:
        return f"{out.constant(dict(out.tables.concepts[row.codes]['to']), 'M')}.get({value}, {value})"
    return f"number({value})" if shape.field(row.domain).kind == "Decimal" else value


def _value(out: Code, depth: int, row: Row, value: str, into: str, shape: Shape, *, number: str = "") -> None:
    """Code that writes one domain value where the row says."""
    expression = _expression(out, row, value, shape)
    if expression is not None:
        _place(out, depth, row, expression, into)
        if row.codes and row.exact:
            to = out.constant(dict(out.tables.concepts[row.codes]["to"]), "M")
            back = out.constant(dict(out.tables.concepts[row.codes]["from"]), "M")
            out.put(depth, f"if {back}.get({to}.get({value})) != {value}:")
            extension = f"{{'url': {row.exact!r}, 'valueCode': {value}}}"
            out.put(depth + 1, f"{into}.setdefault('extension', []).append({extension})")
        return
    field = shape.field(row.domain)
    inner, fields = out.fresh("o"), out.fresh("d")
    out.put(depth, f"{fields} = {value}.__dict__")
    out.put(depth, f"{inner} = {{}}")
    if row.fill:
        out.put(depth, f"c.unnumbered({fields}, {inner}, {row.fill!r}, {number})")
    _rows(out, depth, row.rows, fields, inner, field.shape, constants=False)
    out.put(depth, f"if {inner}:")
    _place(out, depth + 1, row, inner, into)


def _place(out: Code, depth: int, row: Row, expression: str, into: str) -> None:
    """Code that puts a written value where the row's path says, under `into`."""
    steps = row.steps
    own = own_array(steps)
    if own < 0:
        target = _entered(out, depth, into, steps[:-1])
        out.put(depth, f"{target}[{steps[-1].name!r}] = {expression}")
        return
    target = _entered(out, depth, into, steps[:own])
    tail = [step.name for step in steps[own + 1 :]]
    made = expression
    for name in reversed(tail):
        made = f"{{{name!r}: {made}}}"
    if row.where:
        if all("." not in path and not path.endswith("[]") for path in row.where):
            pairs = ", ".join(f"{path!r}: {written_first(wanted)!r}" for path, wanted in row.where.items())
            made = f"{{{pairs}, {made[1:]}" if tail else f"{{{pairs}, **{made}}}"
        else:
            made = f"{{**fresh({out.constant(built(row.where), 'C')}), **{made}}}"
    name = steps[own].name
    array = out.fresh("a")
    out.put(depth, f"{array} = {target}.get({name!r})")
    out.put(depth, f"if {array} is None: {target}[{name!r}] = [{made}]")
    out.put(depth, f"else: {array}.append({made})")
