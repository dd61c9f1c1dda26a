"""`fhir.resources` models (R4B) at the edge: a tree from a model, a model from a tree."""

import json
from importlib import import_module
from typing import Any

from rehabfhir.errors import MissingExtraError, MisuseError
from rehabfhir.formats._numbers import number
from rehabfhir.formats.json_write import write_json

__all__ = ["is_model", "to_model", "tree_of"]


def is_model(value: object) -> bool:
    """True when `value` is a model of fhir.resources (any release); does not import it."""
    module = type(value).__module__
    return module.startswith("fhir.resources") and hasattr(value, "model_dump_json")


def tree_of(model: Any) -> dict[str, Any]:
    """The JSON tree of a fhir.resources model, as the model itself writes it: it has forgotten that 1.10 was not 1.1.

    Raises:
        MisuseError: `model` is no such model, or no resource.
    """
    if not is_model(model):
        raise MisuseError(f"expected a fhir.resources model, not {type(model).__name__}")
    text = model.model_dump_json(by_alias=True, exclude_none=True)
    tree = json.loads(text, parse_float=number, parse_int=number)
    if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
        raise MisuseError(f"the model {type(model).__name__} is no resource")
    return tree


def to_model(tree: dict[str, Any]) -> Any:
    """`tree` as a model of ``fhir.resources.R4B``.

    Raises:
        MissingExtraError: fhir.resources is not installed (extra ``models``).
        MisuseError: `tree` is no R4B resource.
        pydantic.ValidationError: fhir.resources does not accept the content.
    """
    try:
        package = import_module("fhir.resources.R4B")
    except ImportError as error:
        raise MissingExtraError("making fhir.resources models", "models") from error
    name = tree.get("resourceType")
    try:
        model = package.get_fhir_model_class(str(name))
    except (LookupError, ValueError) as error:
        raise MisuseError("the tree has no resourceType that fhir.resources R4B knows") from error
    return model.model_validate_json(write_json(tree))
