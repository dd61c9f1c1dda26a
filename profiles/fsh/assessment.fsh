// Instruments, their answers and scores: R4 Questionnaire, QuestionnaireResponse, Observation.

Invariant: rehab-response-answers
Description: "A response that is completed holds at least one answer."
Severity: #error
Expression: "(status = 'completed' or status = 'amended') implies descendants().answer.exists()"

Invariant: rehab-score-value
Description: "A score has a value, or says why it has none."
Severity: #error
Expression: "value.exists() or dataAbsentReason.exists()"

Profile: RehabQuestionnaire
Parent: Questionnaire
Id: rehab-questionnaire
Title: "Instrument"
Description: "An instrument (instrument, formulär) as a form: its questions' ids and answers; texts only where the instrument's licence allows."
* url 1..1 MS
* version MS
* title 1..1 MS
* status MS
* subjectType MS
* copyright MS
* item 1..* MS

Profile: RehabQuestionnaireResponse
Parent: QuestionnaireResponse
Id: rehab-questionnaire-response
Title: "Assessment"
Description: "An assessment (bedömning, skattning): an instrument answered on an occasion by the patient, a next of kin or staff."
* obeys rehab-response-answers
* extension contains
    http://hl7.org/fhir/StructureDefinition/questionnaireresponse-reason named occasion 0..1 MS and
    InstrumentTitle named instrumentTitle 0..1 MS and
    AssessmentScore named score 0..* MS
* identifier MS
* basedOn MS
* questionnaire 1..1 MS
* status MS
* subject 1..1 MS
* subject only Reference(Patient)
* authored 1..1 MS
* author MS
* source MS
* item MS

Profile: RehabScore
Parent: Observation
Id: rehab-score
Title: "Score of an assessment"
Description: "A score (poäng, index) computed from the answers of an assessment, which it is derived from."
* obeys rehab-score-value
* status MS
* category MS
* code MS
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] MS
* value[x] MS
* interpretation MS
* method MS
* derivedFrom 1..* MS
* derivedFrom only Reference(QuestionnaireResponse or Observation)
