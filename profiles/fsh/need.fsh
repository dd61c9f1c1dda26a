// Needs and diagnoses: R4 Condition.

Invariant: rehab-icf-code
Description: "An ICF code is a component (b, s, d, e), a chapter, or a category of three to five digits, without a qualifier: the qualifier stands in severity."
Severity: #error
Expression: "where(system = 'http://hl7.org/fhir/sid/icf').code.all(matches('^[bsde]([0-9]|[0-9]{3,5})?$'))"

Invariant: rehab-need-holder
Description: "A need that names a next of kin says that it is a next of kin's need."
Severity: #error
Expression: "extension('https://rehabfhir.org/fhir/StructureDefinition/need-next-of-kin').exists() implies extension('https://rehabfhir.org/fhir/StructureDefinition/need-holder').where(value = 'next-of-kin').exists()"

Profile: RehabNeed
Parent: Condition
Id: rehab-need
Title: "Rehabilitation need"
Description: "A rehabilitation need (rehabiliteringsbehov) of the patient or a next of kin, by ICF and in words, with dimension, level and ICF qualifier."
* obeys rehab-need-holder
* extension contains
    NeedDimension named dimension 0..1 MS and
    NeedLevel named level 0..1 MS and
    NeedHolder named holder 0..1 MS and
    NeedNextOfKin named nextOfKin 0..1 MS and
    LateEffect named lateEffect 0..1 MS
* clinicalStatus MS
* category 1..* MS
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains need 1..1 MS
* category[need] = ConditionKindCodes#rehabilitation-need
* severity MS
* severity from IcfQualifierVS (extensible)
* severity ^short = "ICF qualifier: the extent of the problem now"
* code 1..1 MS
* code.coding obeys rehab-icf-code
* subject only Reference(Patient)
* subject MS
* recordedDate MS
* evidence.detail MS
* note MS

Profile: RehabDiagnosis
Parent: Condition
Id: rehab-diagnosis
Title: "Diagnosis in rehabilitation"
Description: "A diagnosis behind the rehabilitation, usually ICD-10-SE."
* code 1..1 MS
* subject only Reference(Patient)
* subject MS
* clinicalStatus MS
* verificationStatus MS
* onset[x] MS
* recordedDate MS
