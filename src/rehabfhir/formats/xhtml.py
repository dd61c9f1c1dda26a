"""Narrative between the formats: a self-contained ``div`` for JSON, and the same text inside FHIR XML."""

import re
from typing import Any
from xml.parsers import expat

__all__ = ["XHTML", "canonical", "embeddable", "standalone"]

XHTML = "http://www.w3.org/1999/xhtml"
_OPENING = re.compile(
    r"""<div\s(?:[^>"']|"[^"]*"|'[^']*')*?xmlns\s*=\s*(?:"http://www\.w3\.org/1999/xhtml"|'http://www\.w3\.org/1999/xhtml')"""
)
_RETURN = "&#x000D;"  # a carriage return, which XML would read as a line feed; spelled as nobody else spells it
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def standalone(raw: str, prefixes: dict[str, str]) -> str:
    """The JSON string for a ``div`` cut out of FHIR XML: as it stands when it needs nothing from around it."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace(_RETURN, "\r")
    if _OPENING.match(text) and not any(f"{prefix}:" in text for prefix in prefixes):
        return text
    return canonical(text, prefixes)


def canonical(text: str, prefixes: dict[str, str] | None = None) -> str:
    """`text` written again: default namespace, double quotes, plain escapes, `<br/>` for what is empty; comments left out."""
    out: list[str] = []
    pending = False

    def close_tag() -> None:
        nonlocal pending
        if pending:
            out.append(">")
            pending = False

    def start(full: str, attributes: list[str]) -> None:
        nonlocal pending
        close_tag()
        if full == "wrapper":
            return
        name = full.rpartition(" ")[2]
        out.append(f"<{name}")
        if not any(part.startswith("<") for part in out[:-1]):
            out.append(f' xmlns="{XHTML}"')
        for i in range(0, len(attributes), 2):
            key = attributes[i].rpartition(" ")[2]
            out.append(f' {key}="{attributes[i + 1].translate(_TEXT)}"')
        pending = True

    def end(full: str) -> None:
        nonlocal pending
        if full == "wrapper":
            return
        name = full.rpartition(" ")[2]
        if pending:
            out.append("/>")
            pending = False
            return
        close_tag()
        out.append(f"</{name}>")

    def characters(data: str) -> None:
        close_tag()
        out.append(data.translate(_TEXT))

    parser: Any = expat.ParserCreate("UTF-8", " ")
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    declared = "".join(
        f' xmlns:{prefix}="{uri.translate(_TEXT)}"' for prefix, uri in (prefixes or {}).items() if prefix != "xml"
    )
    parser.Parse(f"<wrapper{declared}>{text}</wrapper>".encode(), True)  # noqa: FBT003 - expat's own signature
    return "".join(out)


def embeddable(div: str) -> str | None:
    """`div` as it can stand inside FHIR XML; None when it is not one well-formed ``div`` in XHTML's namespace."""
    if not _OPENING.match(div) or "<!DOCTYPE" in div:
        return None
    text = div.replace("\r", _RETURN)
    parser = expat.ParserCreate("UTF-8", " ")
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, UnicodeEncodeError):
        return None
    return text if text.endswith(">") else None
