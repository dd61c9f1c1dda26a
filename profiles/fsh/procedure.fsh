// Measures done, not done or about to be done: R4 Procedure.

Invariant: rehab-procedure-code
Description: "The measure is coded, or named in words where no code is established."
Severity: #error
Expression: "coding.code.exists() or text.exists()"

Invariant: rehab-procedure-reason
Description: "A measure that was not done or was stopped says why."
Severity: #error
Expression: "(status = 'not-done' or status = 'stopped') implies statusReason.exists()"

Invariant: rehab-procedure-performed
Description: "A measure that is done says when."
Severity: #error
Expression: "status = 'completed' implies performed.exists()"

Invariant: rehab-kva-replaced
Description: "From 2021 a rehabilitation plan is registered with AW020; DV093 is the code before that."
Severity: #warning
Expression: "code.coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'DV093').exists() implies (performed.ofType(dateTime).toString() | performed.ofType(Period).start.toString()).all($this < '2021')"

Profile: RehabProcedure
Parent: Procedure
Id: rehab-procedure
Title: "KVÅ procedure in rehabilitation"
Description: "A measure of rehabilitation (åtgärd) done, not done or about to be done, coded with KVÅ, with who did it in which profession for which unit."
* insert KvaRules
* obeys rehab-procedure-reason and rehab-procedure-performed and rehab-kva-replaced
* extension contains
    AdditionalCode named additionalCode 0..* MS and
    CodeQualifier named qualifier 0..* MS and
    ContactForm named contactForm 0..1 MS and
    ParticipatingParty named participant 0..* MS and
    http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal named goal 0..* MS
* identifier MS
* basedOn MS
* status MS
* statusReason MS
* code 1..1 MS
* code obeys rehab-procedure-code
* subject only Reference(Patient)
* subject MS
* performed[x] MS
* performer MS
* performer.function MS
* performer.actor MS
* performer.onBehalfOf MS
* reasonCode MS
* reasonReference MS
* outcome MS
* note MS
