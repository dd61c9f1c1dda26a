"""Narratives: well-formed, only basic formatting, some content, nothing active (https://hl7.org/fhir/R4/narrative.html#xhtml).

Findings of one text are made once and remembered: generated narratives repeat. What needs the resource around (links to
its ids) is told apart and checked by the caller of `check`.
"""

import re
from functools import lru_cache
from html.entities import html5
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.parsers import expat

from rehabfhir.validation.xhtml_quick import plain
from rehabfhir.validation.xhtml_tables import (
    ALLOWED,
    ATTRIBUTES,
    BLOCKS,
    CHILDREN,
    ELEMENTS,
    EMPTY,
    NOT_IN_P,
    PARENTS,
    PHRASES,
    TEXT_ONLY,
)

if TYPE_CHECKING:
    from rehabfhir.findings import Severity
    from rehabfhir.validation.place import Place
    from rehabfhir.validation.run import Run

__all__ = ["Finding", "Narrative", "check", "html_checks", "narrative"]

XHTML = "http://www.w3.org/1999/xhtml"

_SENSITIVE = BLOCKS | NOT_IN_P | PHRASES
_FINE = frozenset(
    (above, name)
    for above in ELEMENTS
    for name in ELEMENTS
    if name in CHILDREN.get(above, ELEMENTS) and above in PARENTS.get(name, ELEMENTS)
)
"""Elements that may stand in an element, as far as the two of them go."""
_DEEPEST = 200
_ACTIVE = ("javascript:", "vbscript:", "data:text/html")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_SOME_TEXT = re.compile(r">[^<]*[^< \t\r\n]")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FORMATTING = "only the formatting elements and attributes that the narrative page of FHIR lists are allowed"


class Finding(NamedTuple):
    """One thing wrong with a narrative, wherever it stands."""

    severity: "Severity"
    code: str
    rule: str
    message: str


class Narrative(NamedTuple):
    """What one narrative text gives: findings, and the fragments its links and images point at."""

    findings: tuple[Finding, ...]
    fragments: tuple[str, ...]


_FAULTLESS = Narrative((), ())


def html_checks(text: str) -> bool:
    """FHIRPath's ``htmlChecks()``: the text is a narrative as txt-1 and txt-2 want it."""
    return not any(finding.rule in {"txt-1", "txt-2"} for finding in check(text).findings)


@lru_cache(maxsize=1024)
def check(div: str) -> Narrative:
    """What is wrong with `div`, the content of ``Narrative.div``, apart from links into the resource around it."""
    if plain(div):
        return _FAULTLESS
    return _looked_over(div)


def _looked_over(div: str) -> Narrative:
    """What the full check of `div` finds."""
    scan = _Scan()
    scan.read(div)
    return Narrative(
        tuple(scan.findings), tuple(fragment for fragment, *_ in dict.fromkeys(tuple(link) for link in scan.fragments))
    )


def narrative(value: Any, place: "Place", run: "Run") -> None:
    """The check of a Narrative element: its ``div``, and that its links into the resource lead somewhere."""
    div = value.get("div")
    if not isinstance(div, str) or not div:
        return
    found = check(div)
    if not found.findings and not found.fragments:
        return
    from rehabfhir.validation.place import Node  # noqa: PLC0415 - most narratives have no findings

    node = Node("div", "Narrative.div", "xhtml")
    for severity, code, rule, message in found.findings:
        run.add(severity, code, place, node, -1, message, rule, "http://hl7.org/fhir/StructureDefinition/Narrative")
    for number, fragment in enumerate(found.fragments, 1):
        if not run.has_id(fragment):
            message = f"link or image {number} to a place in the resource leads nowhere; correct it, or add the id"
            run.add("error", "invalid", place, node, -1, message, "xhtml-link", None, fragment)


class _TooDeepError(Exception):
    """Stops the parser."""


class _Open:
    """An open element."""

    __slots__ = ("blocks", "children", "name", "nested", "wrong")

    def __init__(self, name: str) -> None:
        self.name = name
        self.wrong = False
        self.blocks = False
        self.nested = False
        self.children = False


class _Scan:
    """One walk over a narrative."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.fragments: list[list[str]] = []
        self.link_open: list[str] | None = None
        self.stack: list[_Open] = []
        self.inline: list[_Open] = []
        self.paragraphs = 0
        self.illegal = False
        self.ids: set[str] = set()
        self.repeated: list[str] = []
        self.languages = False
        self.outside_language = False

    def found(self, rule: str, message: str, code: str = "invalid", severity: "Severity" = "error") -> None:
        self.findings.append(Finding(severity, code, rule, message))

    def read(self, div: str) -> None:
        text = div.strip(" \t\r\n")
        if "&" in text:
            text = self.entities(text)
        parser = expat.ParserCreate("UTF-8")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - expat's own signature
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code) or "not well-formed"
            self.found(
                "xhtml-syntax",
                f"the narrative is not well-formed ({what}, line {error.lineno}, column {error.offset + 1})",
            )
            self.found("txt-1", f"txt-1: {_FORMATTING}; correct the markup first", "invariant")
            self.found("txt-2", "txt-2: the narrative has no text that can be read", "invariant")
            return
        except _TooDeepError:
            self.found("xhtml-syntax", f"more than {_DEEPEST} elements of the narrative stand inside each other")
            return
        finally:
            parser.StartElementHandler = parser.EndElementHandler = None
            parser.CharacterDataHandler = parser.StartDoctypeDeclHandler = None
        if self.illegal:
            self.found("txt-1", f"txt-1: {_FORMATTING}", "invariant")
        if not _SOME_TEXT.search(_COMMENT.sub("", text) if "<!--" in text else text) and "<img" not in text:
            self.found("txt-2", "txt-2: the narrative has no content; write some text or leave it out", "invariant")
        if self.repeated:
            message = f"{len(self.repeated)} id(s) or anchor names stand more than once in the narrative"
            self.found("xhtml-id", message, "business-rule", "warning")
        if self.languages and self.outside_language:
            message = "some of the narrative is in sections with a language, some is outside of them"
            self.found("xhtml-language", message, "business-rule", "warning")

    def entities(self, text: str) -> str:
        """Named entities of HTML as characters: XML has five of them, FHIR allows no others."""

        def plain(match: re.Match[str]) -> str:
            name = match[1]
            if name in _XML_ENTITIES or f"{name};" not in html5:
                return match[0]
            self.found("xhtml-entity", f"the entity &{name}; is not in XML; write the character itself")
            return html5[f"{name};"]

        return _ENTITY.sub(plain, text)

    def doctype(self, *_: Any) -> None:
        self.found("xhtml-doctype", "a narrative has no DOCTYPE; remove it")

    def start(self, full: str, attributes: list[str]) -> None:
        stack = self.stack
        if not stack:
            self.root(full.rpartition(":")[2], full, attributes)
            return
        if len(stack) > _DEEPEST:
            raise _TooDeepError
        above = stack[-1]
        above.children = True
        name = full
        if attributes or (above.name, full) not in _FINE or len(stack) == 1:
            name = full.rpartition(":")[2]
            self.look(name, above, attributes)
        opened = _Open(name)
        if self.inline and name in _SENSITIVE:
            self.inside_text(name)
        stack.append(opened)
        if name in TEXT_ONLY:
            self.inline.append(opened)
            if name == "p":
                self.paragraphs += 1

    def look(self, name: str, above: _Open, attributes: list[str]) -> None:
        """An element that is not plainly fine where it stands."""
        allowed = ALLOWED.get(name)
        if allowed is None:
            self.illegal = True
            self.found("xhtml-element", f"the element '{name[:40]}' is not allowed in a narrative")
        if attributes:
            self.attributes(name, allowed or ATTRIBUTES, attributes)
        only = CHILDREN.get(above.name)
        if only is not None and name not in only:
            above.wrong = True
        parents = PARENTS.get(name)
        if parents is not None and above.name not in parents:
            message = f"'{name}' stands in '{above.name}'; it belongs in {' or '.join(sorted(parents))}"
            self.found("xhtml-place", message, "structure")
        if len(self.stack) == 1:
            pairs = zip(attributes[::2], attributes[1::2], strict=True)
            if name == "div" and any(key == "xml:lang" and value for key, value in pairs):
                self.languages = True
            else:
                self.outside_language = True

    def inside_text(self, name: str) -> None:
        """A block, or a phrase, inside elements that hold text."""
        if name in BLOCKS:
            for each in self.inline:
                each.blocks = True
        if self.paragraphs and name in NOT_IN_P:
            self.found("xhtml-paragraph", f"'{name}' stands inside a paragraph")
        if name in PHRASES:
            for each in self.inline:
                if each.name == name:
                    each.nested = True

    def root(self, name: str, full: str, attributes: list[str]) -> None:
        pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
        prefix = full.rpartition(":")[0]
        namespace = pairs.pop(f"xmlns:{prefix}" if prefix else "xmlns", None)
        if namespace != XHTML:
            self.found(
                "xhtml-namespace", f'the narrative is not in the namespace {XHTML}: write xmlns="{XHTML}" on its div'
            )
        if name != "div":
            self.found("xhtml-root", "a narrative starts with a div")
        self.attributes("div", ALLOWED["div"], [part for pair in pairs.items() for part in pair])
        self.stack.append(_Open("div"))

    def attributes(self, name: str, allowed: frozenset[str], attributes: list[str]) -> None:
        identity = None
        for i in range(0, len(attributes), 2):
            key, value = attributes[i], attributes[i + 1]
            if key not in allowed:
                if key == "xmlns":
                    if value != XHTML:
                        self.found(
                            "xhtml-namespace", "an element of the narrative is in another namespace than XHTML's"
                        )
                elif not key.startswith("xmlns:"):
                    self.illegal = True
                    self.found(
                        "xhtml-attribute", f"the attribute '{key[:40]}' on '{name[:40]}' is not allowed in a narrative"
                    )
                continue
            if key == "id" or (key == "name" and name == "a"):
                if value in self.ids and value != identity:
                    self.repeated.append(value)
                self.ids.add(value)
                identity = value
            elif key in {"href", "src"}:
                self.link(value)

    def link(self, target: str) -> None:
        if target[:1] == "#":
            if len(target) > 1:
                # the same link with the same text in the same place is one finding
                self.link_open = [target[1:], "/".join(each.name for each in self.stack), ""]
                self.fragments.append(self.link_open)
        elif "".join(target.split()).lower().startswith(_ACTIVE):
            self.found("xhtml-active", "a link with active content (script), which is a security risk; remove it")

    def end(self, _: str) -> None:
        opened = self.stack.pop()
        name = opened.name
        if name == "a":
            self.link_open = None
        if name in TEXT_ONLY:
            self.inline.pop()
            if name == "p":
                self.paragraphs -= 1
        if opened.wrong:
            listed = ", ".join(sorted(CHILDREN[name]))
            self.found(
                "xhtml-children", f"'{name}' holds what does not belong there; it may hold {listed}", "structure"
            )
        if opened.blocks:
            self.found(
                "xhtml-block",
                f"a block (div, pre, table, ul or ol) stands inside '{name}', which holds text",
                "structure",
            )
        if opened.nested:
            self.found("xhtml-nested", f"'{name}' stands inside another '{name}'", "structure")
        if opened.children and name in EMPTY:
            self.found("xhtml-empty", f"'{name}' has content; it is an empty element", "structure")

    def characters(self, text: str) -> None:
        above = self.stack[-1]
        if self.link_open is not None:
            self.link_open[2] += text
        if above.name in EMPTY:
            above.children = True
        if not text.isspace():
            if above.name in CHILDREN:
                above.wrong = True
            if len(self.stack) == 1:
                self.outside_language = True
