// Rules of KVÅ, the Swedish classification of measures, wherever a measure is coded.

Invariant: rehab-kva-heading
Description: "A KVÅ code that ends in 000, or is three letters alone, is a heading and is not reportable; the most detailed code is. QC000 and QL000, the only codes of their sections, are measures."
Severity: #error
Expression: "where(system = 'urn:oid:1.2.752.116.1.3.2.1.4').code.all(matches('^([A-Z]{2}000|[A-Z]{3})$').not() or $this = 'QC000' or $this = 'QL000')"

Invariant: rehab-kva-shape
Description: "A KVÅ code is three letters and two digits (KKÅ) or two letters and three digits (KMÅ); some codes have two more characters."
Severity: #error
Expression: "where(system = 'urn:oid:1.2.752.116.1.3.2.1.4').code.all(matches('^([A-Z]{3}|([A-Z]{3}[0-9]{2}|[A-Z]{2}[0-9]{3})([A-Z0-9]{2})?)$'))"

Invariant: rehab-kva-far
Description: "AW005 (follow-up of physical activity on prescription) is not registered together with DV200 (issuing it): the code excludes it."
Severity: #error
Expression: "(code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4').code.where($this = 'AW005' or $this = 'DV200').distinct().count() < 2"

Invariant: rehab-kva-plan
Description: "AW020 (rehabilitation plan drawn up) is not registered together with AW021 (habilitation plan drawn up): each code excludes the other."
Severity: #error
Expression: "(code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4').code.where($this = 'AW020' or $this = 'AW021').distinct().count() < 2"

Invariant: rehab-kva-conference
Description: "XS007 (conference with the patient) is not registered together with XS008 (conference about the patient)."
Severity: #error
Expression: "(code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4').code.where($this = 'XS007' or $this = 'XS008').distinct().count() < 2"

RuleSet: KvaRules
* obeys rehab-kva-far and rehab-kva-plan and rehab-kva-conference
* code.coding obeys rehab-kva-heading and rehab-kva-shape
