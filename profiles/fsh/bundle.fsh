// A plan with all that belongs to it, in one bundle: the rules that need several resources at once.

Invariant: rehab-bundle-far
Description: "At one visit, or on one day where no visit is named, AW005 (follow-up of physical activity on prescription) is not registered together with DV200 (issuing it)."
Severity: #error
Expression: "entry.resource.ofType(Procedure).where(status = 'completed' and (encounter.exists() or performed.exists()) and (code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'AW005').exists()).select(iif(encounter.reference.exists(), encounter.reference, subject.reference & ' ' & performed.ofType(dateTime).toString().substring(0, 10))).intersect(%resource.entry.resource.ofType(Procedure).where(status = 'completed' and (encounter.exists() or performed.exists()) and (code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'DV200').exists()).select(iif(encounter.reference.exists(), encounter.reference, subject.reference & ' ' & performed.ofType(dateTime).toString().substring(0, 10)))).empty()"

Invariant: rehab-bundle-plan
Description: "At one visit, or on one day where no visit is named, AW020 (rehabilitation plan drawn up) is not registered together with AW021 (habilitation plan drawn up)."
Severity: #error
Expression: "entry.resource.ofType(Procedure).where(status = 'completed' and (encounter.exists() or performed.exists()) and (code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'AW020').exists()).select(iif(encounter.reference.exists(), encounter.reference, subject.reference & ' ' & performed.ofType(dateTime).toString().substring(0, 10))).intersect(%resource.entry.resource.ofType(Procedure).where(status = 'completed' and (encounter.exists() or performed.exists()) and (code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'AW021').exists()).select(iif(encounter.reference.exists(), encounter.reference, subject.reference & ' ' & performed.ofType(dateTime).toString().substring(0, 10)))).empty()"

Invariant: rehab-bundle-conference
Description: "At one visit, or on one day where no visit is named, XS007 (conference with the patient) is not registered together with XS008 (conference about the patient)."
Severity: #error
Expression: "entry.resource.ofType(Procedure).where(status = 'completed' and (encounter.exists() or performed.exists()) and (code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'XS007').exists()).select(iif(encounter.reference.exists(), encounter.reference, subject.reference & ' ' & performed.ofType(dateTime).toString().substring(0, 10))).intersect(%resource.entry.resource.ofType(Procedure).where(status = 'completed' and (encounter.exists() or performed.exists()) and (code | extension.value.ofType(CodeableConcept)).coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'XS008').exists()).select(iif(encounter.reference.exists(), encounter.reference, subject.reference & ' ' & performed.ofType(dateTime).toString().substring(0, 10)))).empty()"

Profile: RehabBundle
Parent: Bundle
Id: rehab-bundle
Title: "Plan with all that belongs to it"
Description: "Plans, assessments and procedures with the resources that they refer to. The KVÅ codes that exclude each other do so across the procedures of one visit."
* obeys rehab-bundle-far and rehab-bundle-plan and rehab-bundle-conference
* type MS
* entry 1..* MS
* entry.resource 1..1 MS
