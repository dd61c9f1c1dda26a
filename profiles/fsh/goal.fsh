// Goals and sub-goals: R4 Goal.

Invariant: rehab-goal-levels
Description: "The level now and the level expected come from the same vocabulary."
Severity: #error
Expression: "extension('https://rehabfhir.org/fhir/StructureDefinition/icf-level-now').value.coding.system.empty() or extension('https://rehabfhir.org/fhir/StructureDefinition/icf-level-expected').value.coding.system.empty() or extension('https://rehabfhir.org/fhir/StructureDefinition/icf-level-now').value.coding.system.intersect(%resource.extension('https://rehabfhir.org/fhir/StructureDefinition/icf-level-expected').value.coding.system).exists()"

Invariant: rehab-goal-evaluated
Description: "A goal that is completed should say how far it was reached."
Severity: #warning
Expression: "lifecycleStatus = 'completed' implies achievementStatus.exists()"

Profile: RehabGoal
Parent: Goal
Id: rehab-goal
Title: "Goal of rehabilitation"
Description: "A goal or sub-goal (mål, delmål) that patient and staff have agreed on, with what is measured, what it shall reach and by when."
* obeys rehab-goal-levels and rehab-goal-evaluated
* extension contains
    PatientWords named patientWords 0..1 MS and
    PartOfGoal named partOf 0..1 MS and
    IcfLevelNow named icfLevelNow 0..1 MS and
    IcfLevelExpected named icfLevelExpected 0..1 MS
* lifecycleStatus MS
* achievementStatus MS
* description MS
* subject only Reference(Patient)
* subject MS
* start[x] MS
* target MS
* addresses MS
* outcomeCode MS
* outcomeReference MS
* note MS
