// The team and the hand-over: R4 CareTeam and Task.

Invariant: rehab-hand-over-closed
Description: "A hand-over is completed only when the receiver has confirmed contact with the patient: until then the sender keeps the responsibility."
Severity: #error
Expression: "status = 'completed' implies businessStatus.coding.where(system = 'https://rehabfhir.org/fhir/CodeSystem/hand-over-state' and code = 'contact-confirmed').exists()"

Invariant: rehab-hand-over-confirmed
Description: "A hand-over whose contact is confirmed says when."
Severity: #warning
Expression: "businessStatus.coding.where(system = 'https://rehabfhir.org/fhir/CodeSystem/hand-over-state' and code = 'contact-confirmed').exists() implies executionPeriod.end.exists()"

Invariant: rehab-hand-over-parties
Description: "A hand-over goes from one unit to another."
Severity: #error
Expression: "requester.reference.empty() or owner.reference.empty() or requester.reference != owner.reference"

Profile: RehabCareTeam
Parent: CareTeam
Id: rehab-care-team
Title: "Rehabilitation team"
Description: "The team around the patient (rehabiliteringsteam): who, in which role, for which unit."
* subject 1..1 MS
* subject only Reference(Patient)
* name MS
* participant 1..* MS
* participant.role MS
* participant.member 1..1 MS

Profile: RehabHandOver
Parent: Task
Id: rehab-hand-over
Title: "Active hand-over"
Description: "An active hand-over (aktiv överlämning) of the responsibility for the patient's rehabilitation: requested, received, contact confirmed."
* obeys rehab-hand-over-closed and rehab-hand-over-confirmed and rehab-hand-over-parties
* status MS
* businessStatus 1..1 MS
* businessStatus from HandOverStateVS (required)
* intent MS
* for 1..1 MS
* for only Reference(Patient)
* focus MS
* authoredOn MS
* requester MS
* owner MS
* executionPeriod MS
* input MS
* input.type from HandOverPartVS (extensible)
* output.type from HandOverPartVS (extensible)
* note MS
