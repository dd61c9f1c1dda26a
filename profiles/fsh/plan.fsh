// The rehabilitation plan: R4 CarePlan.

Invariant: rehab-plan-goal
Description: "A plan in use has at least one goal: a rehabilitation plan is drawn up with goals for its measures (KVÅ AW020)."
Severity: #error
Expression: "(status = 'active' or status = 'on-hold' or status = 'completed') implies goal.exists()"

Invariant: rehab-plan-measure
Description: "A plan in use has at least one planned measure."
Severity: #error
Expression: "(status = 'active' or status = 'on-hold' or status = 'completed') implies activity.exists()"

Invariant: rehab-plan-summary
Description: "A plan in use should hold a summary of the assessment (sammanfattande bedömning)."
Severity: #warning
Expression: "(status = 'active' or status = 'on-hold' or status = 'completed') implies description.exists()"

Invariant: rehab-plan-timeline
Description: "A plan in use should hold a timeline (tidplan): its period, or steps."
Severity: #warning
Expression: "(status = 'active' or status = 'on-hold' or status = 'completed') implies (period.exists() or extension('https://rehabfhir.org/fhir/StructureDefinition/plan-milestone').exists())"

Invariant: rehab-plan-ended
Description: "A plan that is ended early should say why."
Severity: #warning
Expression: "status = 'revoked' implies extension('https://rehabfhir.org/fhir/StructureDefinition/plan-status-reason').exists()"

Invariant: rehab-plan-type
Description: "The category says in the national vocabulary of plan types whether it is a rehabilitation plan (RP) or a habilitation plan (HP)."
Severity: #error
Expression: "coding.where(system = 'https://fhir.inera.se/CodeSystem/typeofcareplan-cs' and (code = 'RP' or code = 'HP')).count() = 1"

Invariant: rehab-plan-snomed
Description: "The category of a rehabilitation plan (RP) says so in SNOMED CT too: 736055001."
Severity: #error
Expression: "coding.where(system = 'https://fhir.inera.se/CodeSystem/typeofcareplan-cs' and code = 'RP').exists() implies coding.where(system = 'http://snomed.info/sct' and code = '736055001').exists()"

Invariant: rehab-milestone-when
Description: "A step in the timeline has a date or a period, not both."
Severity: #error
Expression: "extension.where(url = 'date').empty() or extension.where(url = 'period').empty()"

Profile: RehabCarePlan
Parent: CarePlan
Id: rehab-care-plan
Title: "Rehabilitation plan"
Description: """
A rehabilitation or habilitation plan (rehabiliteringsplan, habiliteringsplan): what Socialstyrelsen's coding instruction and the generic model for rehabilitation
say that it holds: summary of the assessment, goals, planned measures, timeline and follow-up.

A plan that meets this profile meets Inera's draft profile for GetCarePlans too: one category that carries both codes, a title, and an author that is a role or a unit.
"""
* obeys rehab-plan-goal and rehab-plan-measure and rehab-plan-summary and rehab-plan-timeline and rehab-plan-ended
* extension contains
    PlanVersion named version 0..1 MS and
    PlanStatusReason named statusReason 0..1 MS and
    AccountableUnit named accountableUnit 0..1 MS and
    ContactNurse named contactNurse 0..1 MS and
    RehabilitationPhase named phase 0..1 MS and
    PlanMilestone named milestone 0..* MS and
    PlanNextOfKin named nextOfKin 0..* MS and
    OutsideParticipant named outsideParticipant 0..* MS and
    PatientAgreement named agreement 0..1 MS and
    DeliveredCopy named deliveredCopy 0..* MS and
    ApprovedForPatient named approvedForPatient 0..1 MS
* identifier MS
* partOf MS
* partOf.extension contains ParentPlanKind named kind 0..1 MS
* status MS
* intent MS
* category 1..1 MS
* category obeys rehab-plan-type and rehab-plan-snomed
* title 1..1 MS
* description MS
* description ^short = "Summary of the assessment (sammanfattande bedömning)"
* subject only Reference(Patient)
* subject MS
* period MS
* period ^short = "Agreed rehabilitation period"
* created MS
* author only Reference(PractitionerRole or Organization)
* author MS
* careTeam MS
* addresses MS
* supportingInfo MS
* goal MS
* activity MS
* note MS
