"""Constraints of R4 whose published text does not say what it means, and the text that does, each with its reason.

HL7's validator evaluates these repaired forms; a verdict that shall agree with it must do so too. The published texts
are those of R4 core 4.0.1 and of packages made before the FHIRPath specification was clarified.
"""

from typing import NamedTuple

__all__ = ["REPAIRS", "Repair", "repaired"]


class Repair(NamedTuple):
    """What to evaluate instead of a published constraint.

    Attributes:
        key: the constraint's key, or empty when the published text alone decides.
        text: the published expression, or empty when the key alone decides.
        repaired: the expression to evaluate.
        reason: what is wrong with the published one.
    """

    key: str
    text: str
    repaired: str
    reason: str


_NAME = "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')"
_CONTAINED = "reference.startsWith('#').not() or (reference.substring(1).trace('url') in {}.contained.id.trace('ids'))"
_ANCHORS = "matches() looks for the pattern anywhere in the text, so that the rule never failed without ^ and $"
_EMPTY = "gives nothing, so neither true nor false, when the element is absent"

REPAIRS: tuple[Repair, ...] = (
    Repair("", _NAME, "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')", f"{_ANCHORS}; {_EMPTY}"),
    Repair(
        "eld-19",
        "",
        r"path.matches('^[^\\s\\.,:;\\\'\"\\/|?!@#$%&*()\\[\\]{}]{1,64}"
        r"(\\.[^\\s\\.,:;\\\'\"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*$')",
        _ANCHORS,
    ),
    Repair("eld-20", "", r"path.matches('^[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*$')", _ANCHORS),
    Repair(
        "",
        _CONTAINED.format("%rootResource"),
        f"reference.exists() implies (reference = '#' or ({_CONTAINED.format('%rootResource')}))",
        f"'#' alone points to the container; {_EMPTY}",
    ),
    Repair(
        "",
        _CONTAINED.format("%resource"),
        f"reference.exists() implies (reference = '#' or ({_CONTAINED.format('%rootResource')}))",
        "a contained resource's own references point into its container, which is %rootResource",
    ),
    Repair(
        "",
        "fullUrl.contains('/_history/').not()",
        "fullUrl.exists() implies fullUrl.contains('/_history/').not()",
        _EMPTY,
    ),
    Repair(
        "que-7", "", "operator = 'exists' implies (answer is boolean)", "FHIR's type is boolean, not System.Boolean"
    ),
    Repair(
        "",
        "enableWhen.count() > 2 implies enableBehavior.exists()",
        "enableWhen.count() >= 2 implies enableBehavior.exists()",
        "two conditions already need to be told whether all or any must hold",
    ),
    Repair(
        "",
        "probability is decimal implies (probability as decimal) <= 100",
        "(probability.exists() and (probability is decimal)) implies ((probability as decimal) <= 100)",
        _EMPTY,
    ),
    Repair(
        "",
        "probability is decimal implies probability.as(decimal) <= 100",
        "probability.empty() or (probability is decimal implies probability.as(decimal) <= 100)",
        _EMPTY,
    ),
    Repair(
        "",
        "($this as dateTime).toString().length() >= 8",
        "$this is dateTime implies $this.toString().length() >= 8",
        "the element may hold another type than dateTime",
    ),
    Repair(
        "",
        "clinicalStatus.exists() or verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status' "
        "and code = 'entered-in-error').exists() or category.select($this='problem-list-item').empty()",
        "(verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status' and "
        "code = 'entered-in-error').exists() and category.coding.exists(system='http://terminology.hl7.org/CodeSystem/"
        "condition-category' and code ='problem-list-item').empty()) implies (clinicalStatus.exists())",
        "category is a CodeableConcept and never equals a string",
    ),
    Repair(
        "",
        "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))",
        "offset.empty() or (when.exists() and when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())",
        "when repeats, and 'in' takes one item",
    ),
    Repair(
        "opd-3",
        "targetProfile.exists() implies (type = 'Reference' or type = 'canonical' or "
        "type.memberOf('http://hl7.org/fhir/ValueSet/all-resource-types'))",
        "targetProfile.exists() implies (type = 'Reference' or type = 'canonical' or "
        "type.memberOf('http://hl7.org/fhir/ValueSet/resource-types'))",
        "R4 has no such value set",
    ),
    Repair(
        "dom-6",
        "",
        "(%rootResource != $this) or text.`div`.exists()",
        "a resource inside another one needs no narrative of its own",
    ),
    Repair("txt-2", "", "htmlChecks2()", "the check of content, which R4 gives the same text as the check of tags"),
    Repair(
        "",
        "generated='generated' implies source.empty()",
        "generation='generated' implies source.empty()",
        "the element's name is generation",
    ),
    Repair(
        "",
        "isModifier implies isModifierReason.exists()",
        "(isModifier.exists() and isModifier) implies isModifierReason.exists()",
        _EMPTY,
    ),
    Repair(
        "",
        "element.all(definition and min and max)",
        "element.all(definition.exists() and min.exists() and max.exists())",
        _EMPTY,
    ),
    Repair(
        "",
        "(component.empty() and hasMember.empty()) implies (dataAbsentReason or value)",
        "(component.empty() and hasMember.empty()) implies (dataAbsentReason.exists() or value.exists())",
        _EMPTY,
    ),
)

_BY_KEY = {repair.key: repair for repair in REPAIRS if repair.key and not repair.text}
_BY_TEXT = {" ".join(repair.text.split()): repair for repair in REPAIRS if repair.text}


def repaired(text: str, key: str) -> Repair | None:
    """The repair of a constraint, None when its published text is sound.

    Args:
        text: the published expression.
        key: the constraint's key.
    """
    return _BY_KEY.get(key) or _BY_TEXT.get(" ".join(text.split()))
