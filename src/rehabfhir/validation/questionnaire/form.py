"""A Questionnaire made ready for checking many responses: items by linkId, their extensions by name."""

from collections.abc import Iterator
from typing import Any

__all__ = ["Form", "Item", "form_of", "tree_list"]

Tree = dict[str, Any]

_FORMS: dict[int, tuple[Tree, "Form"]] = {}
_KEPT = 128


def tree_list(owner: Any, name: str) -> list[Tree]:
    """The objects in an array of `owner`; what has another form is for the structure checks."""
    found = owner.get(name) if isinstance(owner, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


class Item:
    """One item of a form.

    Attributes:
        tree: as it stands in the Questionnaire.
        link_id: its linkId, empty when it has none.
        kind: its type: ``group``, ``choice``, ``string`` …
        items: the items inside it.
        places: linkId -> place among `items`.
        extensions: last part of an extension's URL -> the extensions.
    """

    __slots__ = (
        "enable_when",
        "extensions",
        "items",
        "kind",
        "link_id",
        "places",
        "repeats",
        "required",
        "text",
        "tree",
    )

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        link_id, kind, text = tree.get("linkId"), tree.get("type"), tree.get("text")
        self.link_id = link_id if isinstance(link_id, str) else ""
        self.kind = kind if isinstance(kind, str) else ""
        self.text = text if isinstance(text, str) else None
        self.required = tree.get("required") is True
        self.repeats = tree.get("repeats") is True
        self.enable_when = tree_list(tree, "enableWhen")
        self.extensions: dict[str, list[Tree]] = {}
        for each in tree_list(tree, "extension"):
            url = each.get("url")
            if isinstance(url, str):
                self.extensions.setdefault(url.rpartition("/")[2], []).append(each)
        self.items = [Item(each) for each in tree_list(tree, "item")]
        self.places = _places(self.items)

    def extension(self, name: str, *values: str) -> Any:
        """The value of the first extension called `name`, under the first of the property names `values` that it has."""
        for each in self.extensions.get(name, ()):
            for value in values:
                if value in each:
                    return each[value]
        return None


def _places(items: list[Item]) -> dict[str, int]:
    places: dict[str, int] = {}
    for index, item in enumerate(items):
        places.setdefault(item.link_id, index)
    return places


class Form:
    """A Questionnaire.

    Attributes:
        tree: as it was found.
        container: the resource whose contained value sets its ``#`` references mean.
        items: the items at its top.
        places: linkId -> place among `items`.
        by_link: linkId -> the first item so called, at any depth.
    """

    __slots__ = ("by_link", "container", "items", "places", "tree", "value_sets")

    def __init__(self, tree: Tree, container: Tree) -> None:
        self.tree = tree
        self.container = container
        self.items = [Item(each) for each in tree_list(tree, "item")]
        self.places = _places(self.items)
        self.by_link: dict[str, Item] = {}
        self.value_sets: dict[str, Any] = {}
        for item in _walk(self.items):
            self.by_link.setdefault(item.link_id, item)


def _walk(items: list[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)


def form_of(tree: Tree, container: Tree) -> Form:
    """The form of a Questionnaire; made once for one that stays the same object."""
    known = _FORMS.get(id(tree))
    if known is not None and known[0] is tree and known[1].container is container:
        return known[1]
    form = Form(tree, container)
    if tree is container:  # one that is contained in a response dies with it
        if len(_FORMS) >= _KEPT:
            _FORMS.clear()
        _FORMS[id(tree)] = (tree, form)
    return form
