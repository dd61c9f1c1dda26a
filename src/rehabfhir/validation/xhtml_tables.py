"""What may stand in a narrative: HTML 4.0 chapters 7 to 11 (without 9.4) and 15, links, images and maps.

Source: https://hl7.org/fhir/R4/narrative.html#xhtml; where elements belong: https://www.w3.org/TR/html401/.
"""

__all__ = [
    "ALLOWED",
    "ATTRIBUTES",
    "BLOCKS",
    "CHILDREN",
    "ELEMENTS",
    "EMPTY",
    "NOT_IN_P",
    "PARENTS",
    "PHRASES",
    "TEXT_ONLY",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _words(
    "a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 "
    "h6 hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var"
)
ATTRIBUTES = _words(
    "title style class id lang xml:lang dir accesskey tabindex span width align valign char charoff abbr axis headers scope "
    "rowspan colspan xml:space"
)
"""Allowed on every element."""
_OF_ELEMENT = {
    "a": "href name charset type hreflang rel rev shape coords",
    "img": "src border alt longdesc height width usemap ismap",
    "map": "name",
    "area": "shape coords href nohref alt",
    "blockquote": "cite",
    "q": "cite",
    "table": "summary width border frame rules cellspacing cellpadding",
    "pre": "space",
    "td": "nowrap",
}
ALLOWED = {name: ATTRIBUTES | _words(_OF_ELEMENT.get(name, "")) for name in ELEMENTS}
"""Element -> its attributes."""
BLOCKS = _words("div pre table ul ol")
PHRASES = _words("a abbr acronym b bdo big cite code dfn em i kbd q samp small strong sub sup tt var")
"""What cannot stand inside itself."""
TEXT_ONLY = PHRASES | _words("address caption dd dt h1 h2 h3 h4 h5 h6 p pre span")
"""What holds no blocks."""
EMPTY = _words("area br hr img")
CHILDREN = {
    "table": _words("tbody tr caption thead tfoot col colgroup"),
    "tr": _words("td th"),
    "tbody": _words("tr"),
    "thead": _words("tr"),
    "tfoot": _words("tr"),
    "ul": _words("li"),
    "ol": _words("li"),
    "dl": _words("dd dt"),
    "map": _words("area"),
}
"""Element -> what it may hold, where that is not everything."""
_ROWS = _words("table thead tfoot tbody")
PARENTS = {
    "tr": _ROWS,
    "tbody": _words("table"),
    "thead": _words("table"),
    "tfoot": _words("table"),
    "caption": _words("table"),
    "colgroup": _words("table"),
    "col": _words("colgroup table"),
    "td": _words("tr thead tfoot"),
    "th": _words("tr thead tfoot"),
    "li": _words("ul ol"),
    "dd": _words("dl"),
    "dt": _words("dl"),
}
"""Element -> where it may stand, where that is not everywhere."""
NOT_IN_P = _words("div blockquote table ol ul p")
