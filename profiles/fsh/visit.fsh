// Follow-ups, key visits and the treatment summary: R4 Encounter and DocumentReference.

Invariant: rehab-visit-held
Description: "A visit that is finished says when it was held."
Severity: #error
Expression: "status = 'finished' implies period.start.exists()"

Invariant: rehab-visit-planned
Description: "A visit that is planned should say for when."
Severity: #warning
Expression: "status = 'planned' implies (extension('https://rehabfhir.org/fhir/StructureDefinition/planned-start').exists() or period.start.exists())"

Profile: RehabFollowUp
Parent: Encounter
Id: rehab-follow-up
Title: "Follow-up of the plan"
Description: "A follow-up of the plan (uppföljning), planned or held, with its result and decision."
* obeys rehab-visit-held and rehab-visit-planned
* extension contains
    PlannedStart named plannedStart 0..1 MS and
    ContactForm named contactForm 0..1 MS and
    VisitResult named result 0..1 MS and
    FollowUpDecisionExtension named decision 0..1 MS
* status MS
* type 1..* MS
* type ^slicing.discriminator.type = #pattern
* type ^slicing.discriminator.path = "$this"
* type ^slicing.rules = #open
* type contains followUp 1..1 MS
* type[followUp] = EncounterKindCodes#follow-up
* serviceType MS
* serviceType.coding obeys rehab-kva-heading and rehab-kva-shape
* subject 1..1 MS
* subject only Reference(Patient)
* participant.individual MS
* period MS

Profile: RehabKeyVisit
Parent: Encounter
Id: rehab-key-visit
Title: "Key visit after childhood cancer"
Description: "A key visit (nyckelbesök) after childhood cancer, at about 13, 17 and 18 years."
* obeys rehab-visit-held and rehab-visit-planned
* extension contains
    KeyVisitAge named age 0..1 MS and
    PlannedStart named plannedStart 0..1 MS and
    VisitResult named result 0..1 MS
* status MS
* type 1..* MS
* type ^slicing.discriminator.type = #pattern
* type ^slicing.discriminator.path = "$this"
* type ^slicing.rules = #open
* type contains keyVisit 1..1 MS
* type[keyVisit] = EncounterKindCodes#key-visit
* subject 1..1 MS
* subject only Reference(Patient)
* participant.individual MS
* period MS
* serviceProvider MS

Profile: RehabTreatmentSummary
Parent: DocumentReference
Id: rehab-treatment-summary
Title: "Treatment summary"
Description: "The written summary of treatment with advice on follow-up (behandlingssammanfattning), given at 18 after childhood cancer."
* extension contains DateWritten named written 0..1 MS
* status MS
* type 1..1 MS
* type = DocumentKindCodes#treatment-summary
* subject 1..1 MS
* subject only Reference(Patient)
* author MS
* description MS
* content MS
