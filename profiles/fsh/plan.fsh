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

Invariant: rehab-plan-follow-up
Description: "A plan in use should hold a follow-up (uppföljning), planned or held: a visit in supportingInfo, or an activity coded KVÅ AW011."
Severity: #warning
Expression: "(status = 'active' or status = 'on-hold' or status = 'completed') implies (supportingInfo.where(reference.contains('Encounter/') or type = 'Encounter' or resolve().ofType(Encounter).exists() or extension('https://rehabfhir.org/fhir/StructureDefinition/link-role').where(value = 'follow-up').exists()).exists() or activity.detail.code.coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'AW011').exists() or activity.reference.resolve().ofType(ServiceRequest).code.coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'AW011').exists())"

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

Invariant: rehab-activity-reason
Description: "A measure that is cancelled or stopped says why."
Severity: #error
Expression: "(status = 'cancelled' or status = 'stopped') implies statusReason.exists()"

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
* obeys rehab-plan-goal and rehab-plan-measure and rehab-plan-summary and rehab-plan-timeline and rehab-plan-follow-up and rehab-plan-ended
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
* supportingInfo.extension contains LinkRole named role 0..1
* addresses.extension contains LinkRole named role 0..1
* goal MS
* activity MS
* activity.detail.extension contains
    AdditionalCode named additionalCode 0..* and
    CodeQualifier named qualifier 0..* and
    ContactForm named contactForm 0..1 and
    SelfCare named selfCare 0..1 and
    PhysicalActivityPrescription named physicalActivityPrescription 0..1 and
    ResponsibleProfession named responsibleProfession 0..1 and
    ScheduledTime named scheduledTime 0..1
* activity.detail obeys rehab-activity-reason and rehab-kva-far and rehab-kva-plan and rehab-kva-conference
* activity.detail.code.coding obeys rehab-kva-heading and rehab-kva-shape
* note MS
