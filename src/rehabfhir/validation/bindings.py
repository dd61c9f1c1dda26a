"""Bound codes: a code, Coding, CodeableConcept or Quantity against its value set and its code system.

Three answers: in, not in, cannot tell (a warning that says why). What was found good once is remembered by the
Validator, so that a valid code costs one look-up. Strengths: https://hl7.org/fhir/R4/terminologies.html#strength.
"""

import re
from typing import TYPE_CHECKING, Any

from rehabfhir.validation.invariants import Check
from rehabfhir.validation.place import Place

if TYPE_CHECKING:
    from rehabfhir.findings import Severity
    from rehabfhir.validation.run import Run

__all__ = ["MAX_VALUE_SET", "binding_check"]

Tree = dict[str, Any]

MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
_VITALS_UNITS = "http://hl7.org/fhir/ValueSet/ucum-vitals-common"
_PRIMITIVES = {"code", "string", "uri", "url", "canonical"}
_MEDIA_LIKE = re.compile(r"(xml|json|ttl|none|[a-z]+/[\w.+-]+\s*;.*)$")
"""FHIR's own short names for formats, and media types whose parameter wants quotes: better a warning."""
_REMEMBERED = 50_000
_LISTED = 12


class _Incomplete:
    reason = "a coding needs both system and code"


_INCOMPLETE = _Incomplete()


def binding_check(binding: Tree | None, type_: str, profile: str | None) -> Check | None:
    """The check of a bound element of `type_`; codings are looked up in their systems even without a binding."""
    strength = (binding or {}).get("strength")
    url = (binding or {}).get("valueSet")
    if isinstance(url, str) and _bare(url) == _VITALS_UNITS and strength == "required":
        strength = "extensible"  # corrected after R4: a component of a vital sign may be something else than one of these units
    if not isinstance(url, str) or strength == "example":
        url = None
    most = next(
        (
            each.get("valueCanonical") or each.get("valueUri") or (each.get("valueReference") or {}).get("reference")
            for each in (binding or {}).get("extension", ())
            if each.get("url") == MAX_VALUE_SET
        ),
        None,
    )
    if type_ in _PRIMITIVES:
        return (
            _code_check(url, str(strength), most, profile) if url and strength in {"required", "extensible"} else None
        )
    if type_ == "CodeableConcept":
        return _concept_check(url, str(strength), most, profile)
    if type_ == "Coding":
        return _coding_check(
            url,
            str(strength),
            most,
            profile,
            bound=str(strength) if strength in {"required", "extensible", "preferred"} else "",
        )
    if type_ == "Quantity" or (type_ in {"Age", "Count", "Distance", "Duration"} and url):
        return _quantity_check(url, str(strength), most, profile)
    return None


def _remember(run: "Run", key: str, item: Any) -> None:
    good = run.good.get(key)
    if good is None:
        good = run.good[key] = set()
    if len(good) < _REMEMBERED:
        good.add(item)


def _bare(url: str) -> str:
    return url.partition("|")[0]


def _code_check(url: str, strength: str, most: str | None, profile: str | None) -> Check:
    def check(value: Any, place: Place, run: "Run") -> None:
        good = run.good.get(url)
        if good is not None and value in good:
            return
        if not isinstance(value, str) or not value:
            return
        if value.isspace():
            if strength == "required":
                run.add(
                    "error",
                    "code-invalid",
                    place,
                    None,
                    -1,
                    "no code, and one from the value set is required",
                    "code-missing",
                    profile,
                )
            return
        answer = run.terminology.member(run.value_set(url), code=value)
        if answer:
            _remember(run, url, value)
        elif answer.answer.name == "CANNOT_TELL":
            _doubt(run, place, url, answer, profile, strength)
        elif strength == "required" and answer.cause == "bad-syntax" and _MEDIA_LIKE.match(value):
            message = f"not quite a media type (BCP 13): {answer.reason}"
            run.add("warning", "code-invalid", place, None, -1, message, "binding-required", profile, value)
        elif strength == "required":
            run.add(
                "error",
                "code-invalid",
                place,
                None,
                -1,
                f"not a code of the required value set {url}; {_choices(run, url) or answer.reason}",
                "binding-required",
                profile,
                value,
            )
        elif (
            most
            and not run.terminology.member(run.value_set(most), code=value)
            and run.terminology.member(run.value_set(most), code=value).answer.name == "NOT_IN"
        ):
            run.add(
                "error",
                "code-invalid",
                place,
                None,
                -1,
                f"not a code of {most}, the widest set allowed here",
                "binding-max",
                profile,
                value,
            )
        else:
            run.add(
                "warning",
                "code-invalid",
                place,
                None,
                -1,
                f"not a code of {url}; use one of it when one fits",
                "binding-extensible",
                profile,
                value,
            )

    return check


def _doubt(run: "Run", place: Place, url: str, answer: Any, profile: str | None, strength: str) -> None:
    level: Severity = "warning" if strength in {"required", "extensible"} else "information"
    message = f"cannot tell whether the code is in {url}: {answer.reason}"
    run.add(level, "code-invalid", place, None, -1, message, "binding-unknown", profile)


def _choices(run: "Run", url: str) -> str:
    """The codes to choose from, where they are few enough to be read."""
    listed = run.terminology.expand(run.value_set(url), _LISTED)
    return f"use one of {', '.join(each['code'] for each in listed)}" if isinstance(listed, list) and listed else ""


def _outside(run: "Run", place: Place, url: str, strength: str, profile: str | None, value: Any) -> None:
    if strength == "required":
        message = f"no code of the required value set {url}; {_choices(run, url) or 'use one of it'}"
        run.add("error", "code-invalid", place, None, -1, message, "binding-required", profile, value)
    elif strength == "extensible":
        message = f"no code of {url}; use one of it when one fits"
        run.add("warning", "code-invalid", place, None, -1, message, "binding-extensible", profile, value)


def _beyond(run: "Run", place: Place, most: str, profile: str | None, value: Any) -> None:
    message = f"no code of {most}, the widest set allowed here"
    run.add("error", "code-invalid", place, None, -1, message, "binding-max", profile, value)


def _concept_check(url: str | None, strength: str, most: str | None, profile: str | None) -> Check | None:
    key = url or "coding"

    def check(value: Any, place: Place, run: "Run") -> None:
        codings = value.get("coding")
        if not codings:
            if url and strength == "required":
                message = f"no code, and one from {url} is required"
                run.add("error", "code-invalid", place, None, -1, message, "code-missing", profile)
            elif url and strength == "extensible" and most:
                run.add(
                    "error",
                    "code-invalid",
                    place,
                    None,
                    -1,
                    f"no code, and one from {most} is required",
                    "code-missing",
                    profile,
                )
            elif url and strength == "extensible":
                message = f"no code; one from {url} should be given unless none fits"
                run.add("warning", "code-invalid", place, None, -1, message, "code-missing", profile)
            return
        good = run.good.get(key)
        found = url is None
        doubt: Any = None
        for index, coding in enumerate(codings):
            system, code = coding.get("system"), coding.get("code")
            item = (system, code, coding.get("display"), coding.get("version"))
            if good is not None and item in good:
                found = True
                continue
            clean = run.coding(coding, place, index, bound=strength if url is not None else "")
            if url is None:
                if clean:
                    _remember(run, key, item)
                continue
            if not isinstance(code, str) or not code or not isinstance(system, str) or not system:
                if not run.engine.has_systems(run.value_set(url)):
                    doubt = _INCOMPLETE
                continue
            answer = run.terminology.member(run.value_set(url), code=code, system=system)
            if answer:
                found = True
                if clean:
                    _remember(run, key, item)
            elif answer.answer.name == "CANNOT_TELL":
                doubt = answer
        if found or url is None:
            return
        if doubt is not None:
            _doubt(run, place, url, doubt, profile, strength)
        else:
            if most and strength == "extensible" and not _any_in(run, most, codings):
                _beyond(run, place, most, profile, value)
            _outside(run, place, url, strength, profile, value)

    return check


def _any_in(run: "Run", url: str, codings: list[Tree]) -> bool:
    """True when a coding is in the set, or it cannot be told."""
    return any(
        run.terminology.member(run.value_set(url), code=code, system=each.get("system") or "").answer.name != "NOT_IN"
        for each in codings
        if isinstance(code := each.get("code"), str)
    )


def _coding_check(url: str | None, strength: str, most: str | None, profile: str | None, *, bound: str) -> Check:
    key = f"{url or ''} as Coding"  # a lone Coding is judged more strictly than one in a CodeableConcept

    def check(value: Any, place: Place, run: "Run") -> None:
        if url is None and place[0][1].type == "CodeableConcept":
            return
        system, code = value.get("system"), value.get("code")
        item = (system, code, value.get("display"), value.get("version"))
        good = run.good.get(key)
        if good is not None and item in good:
            return
        if not isinstance(code, str) or not code:
            return
        if not isinstance(system, str) or not system:
            run.add(
                "warning",
                "code-invalid",
                place,
                None,
                -1,
                "a code without a system means nothing; give the system",
                "coding-system",
                profile,
            )
            return
        clean = run.coding(value, place, -1, bound=bound)
        if url is None:
            if clean:
                _remember(run, key, item)
            return
        if _alone(run, place, url, strength, most, profile, value) and clean:
            _remember(run, key, item)

    return check


def _alone(
    run: "Run", place: Place, url: str, strength: str, most: str | None, profile: str | None, value: Any
) -> bool:
    """Judge the code of a lone Coding or of a Quantity; True when it is in the value set."""
    answer = run.terminology.member(run.value_set(url), code=value["code"], system=value["system"])
    if answer:
        return True
    if answer.answer.name == "CANNOT_TELL":
        _doubt(run, place, url, answer, profile, strength)
    elif most and strength == "extensible" and not _any_in(run, most, [value]):
        _beyond(run, place, most, profile, value)
    else:
        _outside(run, place, url, strength, profile, value)
    return False


def _quantity_check(url: str | None, strength: str, most: str | None, profile: str | None) -> Check:
    key = url or "quantity"

    def check(value: Any, place: Place, run: "Run") -> None:
        system, code = value.get("system"), value.get("code")
        if not isinstance(system, str) or not isinstance(code, str) or not code or not system:
            return
        good = run.good.get(key)
        if good is not None and (system, code) in good:
            return
        clean = run.unit(value, place)
        if url is None:
            if clean:
                _remember(run, key, (system, code))
            return
        if _alone(run, place, url, strength, most, profile, value) and clean:
            _remember(run, key, (system, code))

    return check
