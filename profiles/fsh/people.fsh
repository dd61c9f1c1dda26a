// Patient, next of kin, staff and units, on HL7 Sweden's base profiles.

Invariant: rehab-personnummer
Description: "A personnummer is twelve digits without a separator: birth date as YYYYMMDD, then four digits."
Severity: #error
Expression: "value.empty() or value.matches('^(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{4}$')"

Invariant: rehab-samordningsnummer
Description: "A samordningsnummer is twelve digits without a separator; the day of birth has 60 added to it."
Severity: #error
Expression: "value.empty() or value.matches('^(18|19|20)[0-9]{4}([678][0-9]|9[01])[0-9]{4}$')"

Invariant: rehab-hsa-id
Description: "An HSA-id is SE, the owner's organisation number of ten digits, a hyphen, and letters a-z and digits; 31 characters at most. Older ids may deviate: a warning."
Severity: #warning
Expression: "value.empty() or (value.matches('^SE[0-9]{10}-[A-Za-z0-9]+$') and value.length() <= 31)"

Invariant: rehab-organisation-number
Description: "An organisationsnummer is ten digits without a separator."
Severity: #error
Expression: "value.empty() or value.matches('^[0-9]{10}$')"

Invariant: rehab-patient-identified
Description: "The patient is identified: a personal identity number, a coordination number, a reserve number, or another identifier with its system."
Severity: #error
Expression: "identifier.empty() or identifier.where(system.exists() and value.exists()).exists()"

Profile: RehabPatient
Parent: $SEBasePatient
Id: rehab-patient
Title: "Patient in rehabilitation"
Description: "The patient (patient) whose rehabilitation is planned: HL7 Sweden's base patient, with identifiers that hold a value and the protection of personal data in meta.security."
* obeys rehab-patient-identified
* meta.security MS
* meta.extension contains ProtectedIdentity named protectedIdentity 0..*
* identifier 1.. MS
* identifier[personnummer] MS
* identifier[personnummer].system MS
* identifier[personnummer].value 1..1 MS
* identifier[personnummer] obeys rehab-personnummer
* identifier[samordningsnummer] MS
* identifier[samordningsnummer].system MS
* identifier[samordningsnummer].value 1..1 MS
* identifier[samordningsnummer] obeys rehab-samordningsnummer
* identifier[nationelltReservnummer] MS
* identifier[nationelltReservnummer].system MS
* identifier[nationelltReservnummer].value 1..1 MS
* name MS
* telecom MS
* gender MS
* birthDate MS

Profile: RehabRelatedPerson
Parent: RelatedPerson
Id: rehab-related-person
Title: "Next of kin in rehabilitation"
Description: "Next of kin (närstående), minor children included: who takes part in the plan, or whose own need of support the plan sees to."
* patient only Reference(Patient)
* patient MS
* extension contains MinorChild named minorChild 0..1 MS and SupportOffered named supportOffered 0..1 MS
* relationship 1.. MS
* name only $SEBaseHumanName
* name MS
* birthDate MS
* telecom MS

Profile: RehabPractitioner
Parent: $SEBasePractitioner
Id: rehab-practitioner
Title: "Staff in rehabilitation"
Description: "A person who works with the patient's rehabilitation: HL7 Sweden's base practitioner, with an HSA-id that holds a value."
* identifier MS
* identifier[hsaid] MS
* identifier[hsaid].system MS
* identifier[hsaid].value 1..1 MS
* identifier[hsaid] obeys rehab-hsa-id
* name MS

Profile: RehabPractitionerRole
Parent: $SEBasePractitionerRole
Id: rehab-practitioner-role
Title: "Role of staff in rehabilitation"
Description: """
Who does what for which unit: person, profession (yrke) and unit (vårdenhet).

HL7 Sweden's base profile slices the role's codings by their system without fixing the system of a slice, so that no validator can tell the slices apart. This
profile names the system of each slice, which makes the same slices usable.
"""
* identifier[hsaid] MS
* identifier[hsaid].system MS
* identifier[hsaid].value 1..1 MS
* identifier[hsaid] obeys rehab-hsa-id
* practitioner only Reference(Practitioner)
* practitioner MS
* organization only Reference(Organization)
* organization MS
* code MS
* code.coding[sosnyk].system 1..1
* code.coding[sosnyk].system = $sosnyk
* code.coding[skr-yrke].system 1..1
* code.coding[skr-yrke].system = $sct
* code.coding[hsa-befattning].system 1..1
* code.coding[hsa-befattning].system = $befattning
* specialty.coding[sosnyk].system 1..1
* specialty.coding[sosnyk].system = $sosnyk
* specialty.coding[skr-yrke].system 1..1
* specialty.coding[skr-yrke].system = $sct

Profile: RehabOrganization
Parent: $SEBaseOrganization
Id: rehab-organization
Title: "Unit or organisation in rehabilitation"
Description: "A care unit (vårdenhet), care provider (vårdgivare) or a participant outside health care such as Försäkringskassan, an employer or a school."
* identifier MS
* identifier[hsaid] MS
* identifier[hsaid].system MS
* identifier[hsaid].value 1..1 MS
* identifier[hsaid] obeys rehab-hsa-id
* identifier[organizationIdentifier] MS
* identifier[organizationIdentifier].system MS
* identifier[organizationIdentifier].value 1..1 MS
* identifier[organizationIdentifier] obeys rehab-organisation-number
* name MS
* partOf only Reference(Organization)
