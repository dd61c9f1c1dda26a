"""What a caller can choose about a validation; every default is HL7's."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["ReferencePolicy", "ValidationOptions"]

ReferencePolicy = Literal["ignore", "check-type", "check-exists", "check-exists-and-type", "check-valid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationOptions:
    """Policies of one `Validator`.

    Attributes:
        allow_examples: accept URLs under ``example.org``, which are otherwise unknown systems and extensions.
        references: how far a reference to another resource is followed when `fetch` can find it.
        contained: how far a reference to a contained resource is followed.
        assume_rest_references: take relative references in a bundle for addresses on a server that we trust.
        aggregation_outside_bundles: hold a reference's aggregation modes also where there is no bundle.
        extension_domains: beginnings of extension URLs that need no definition.
        security_checks: report text that could be executed where it is shown (HTML tags in strings).
        best_practice: how to report recommendations such as ``dom-6``; ``ignore`` leaves them out.
        language: language to judge displays by (BCP-47), for instance ``sv``; None accepts any.
        wrong_display: how to report a display that the code system does not know for the code.
        for_publication: hold conformance resources to the rules for publishing them.
        html_in_markdown: how to report HTML tags in a markdown value.
        experimental_content: accept experimental definitions in use.
        comments: accept ``fhir_comments`` and comments in JSON.
        unknown_extensions: how to report an extension that no loaded package defines; None follows HL7
            (an error for URLs under hl7.org/fhir, a warning or note elsewhere).
        max_messages: stop after so many issues of one rule; None has no limit.
    """

    allow_examples: bool = True
    references: ReferencePolicy = "ignore"
    contained: ReferencePolicy = "check-valid"
    assume_rest_references: bool = False
    aggregation_outside_bundles: bool = True
    extension_domains: tuple[str, ...] = ()
    security_checks: bool = False
    best_practice: Literal["ignore", "information", "warning", "error"] = "ignore"
    language: str | None = None
    wrong_display: Literal["error", "warning"] = "error"
    for_publication: bool = False
    html_in_markdown: Literal["ignore", "warning", "error"] = "warning"
    experimental_content: bool = True
    comments: bool = False
    unknown_extensions: Literal["error", "warning", "information"] | None = None
    max_messages: int | None = None
