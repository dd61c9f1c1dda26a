"""HL7's validator counts some entries of a bundle from one, or names the first for all: our right places in its notation.

Its code pushes a counter that starts at 1 while it walks a document (`Bundle.entry[1].resource.section[1]` is the first
section of the first entry), reports a wrong fullUrl at `Bundle.entry[0]` whichever entry it is, and an ambiguous
reference at `Bundle`. Items inside an answer it names without the answer; what
generating a snapshot finds, at the definition; what reading XML finds, by an XPath. The comparison of places would otherwise count each of these as a disagreement of ours.
"""

import re

__all__ = ["as_hl7"]

_COUNTED = re.compile(r"\b(author|attester|event|detail|section|entry)\[(\d+)\]")
_LAST_ENTRY = re.compile(r"(.*)\.entry\[(\d+)\]$")
_ELEMENT = re.compile(r"\.differential\.element\[\d+\].*$")
_INDEX = re.compile(r"\[\d+\]")
_XML = {"unknown-element", "unknown-attribute", "xml-empty", "xml-text"}
_NESTED_ANSWER = re.compile(r"\.answer\[\d+\](?=\.item)")
_OWN_ANSWER = re.compile(r"\.answer\[\d+\]$")
_AT_THE_ITEM = {"qr-link-missing", "qr-link-unknown", "qr-misplaced", "qr-order", "qr-required", "qr-repeats"}
_FIRST_FOR_ALL = {"bundle-fullurl-absolute", "bundle-fullurl-id", "bundle-fullurl-canonical", "bundle-first"}


def as_hl7(rule: str, expression: str, *, xml: bool = False) -> str:
    """The place where HL7's validator reports what our `rule` reports at `expression`."""
    last = _LAST_ENTRY.match(expression)
    if rule in {"bundle-unreachable", "bundle-reverse"} and last:
        return f"{last[1]}.entry[{int(last[2]) + 1}]"
    if rule in _FIRST_FOR_ALL and last:
        return f"{last[1]}.entry[0]"
    if rule in {"bundle-leading-reference", "bundle-first-type"}:
        head, found, tail = expression.rpartition(".entry[0].resource")
        counted = _COUNTED.sub(lambda match: f"{match[1]}[{int(match[2]) + 1}]", tail)
        return f"{head}.entry[1].resource{counted}" if found else expression
    if rule == "bundle-other-reference":
        return re.sub(r"\.entry\[\d+\]\.resource(?!.*\.entry\[\d+\]\.resource).*", "", expression)
    if xml and rule.startswith("xml-") and not expression:
        return "(xml)"
    if xml and rule in _XML and expression and ".resource" not in expression and ".contained" not in expression:
        return "/f:" + _INDEX.sub("", expression).replace(".", "/f:")
    if rule.startswith("snapshot-") and rule not in {"snapshot-path", "snapshot-order"}:
        return _ELEMENT.sub("", expression)
    if rule.startswith("qr-"):
        nested = _NESTED_ANSWER.sub("", expression)
        return _OWN_ANSWER.sub("", nested) if rule in _AT_THE_ITEM else nested
    return expression
