"""Resources that have a canonical URL: it is absolute, and they are no experiments where those are not wanted."""

from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.primitives import is_absolute

__all__ = ["canonical_rules"]


def canonical_rules(ctx: Context, resource: dict[str, Any], location: str) -> Iterator[Issue]:
    """What holds for every resource that others name by its URL."""
    url = resource.get("url")
    if isinstance(url, str) and url and not url.startswith("#") and not is_absolute(url):
        message = "a canonical URL must be absolute"
        yield ctx.issue("error", "invalid", f"{location}.url", message, rule="canonical-absolute", value=url)
    if resource.get("experimental") is True and not ctx.options.experimental_content:
        message = "experimental content is not allowed here"
        yield ctx.issue("error", "business-rule", location, message, rule="experimental")
