// Planned measures: R4 ServiceRequest.

Invariant: rehab-measure-reason
Description: "A measure that is cancelled or stopped says why."
Severity: #error
Expression: "(status = 'revoked' or extension('https://rehabfhir.org/fhir/StructureDefinition/activity-status').where(value = 'cancelled' or value = 'stopped').exists()) implies extension('http://hl7.org/fhir/StructureDefinition/request-statusReason').exists()"

Invariant: rehab-far-code
Description: "Physical activity on prescription is coded with KVÅ DV200."
Severity: #error
Expression: "coding.where(system = 'urn:oid:1.2.752.116.1.3.2.1.4' and code = 'DV200').exists()"

Profile: RehabMeasure
Parent: ServiceRequest
Id: rehab-measure
Title: "Planned measure of rehabilitation"
Description: "A planned measure (planerad åtgärd) of the plan, KVÅ-coded or in words: given by care or done by the patient (egenvård)."
* insert KvaRules
* obeys rehab-measure-reason
* extension contains
    AdditionalCode named additionalCode 0..* MS and
    CodeQualifier named qualifier 0..* MS and
    ContactForm named contactForm 0..1 MS and
    SelfCare named selfCare 0..1 MS and
    PhysicalActivityPrescription named physicalActivityPrescription 0..1 MS and
    ActivityStatus named activityStatus 0..1 MS and
    ScheduleText named scheduleText 0..1 MS and
    MeasureDescription named description 0..1 MS and
    http://hl7.org/fhir/StructureDefinition/request-statusReason named statusReason 0..1 MS and
    http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal named goal 0..* MS
* identifier MS
* status MS
* intent MS
* code 1..1 MS
* subject only Reference(Patient)
* subject MS
* occurrence[x] MS
* performerType MS
* performer MS
* reasonReference MS
* note MS

Profile: RehabPhysicalActivityPrescription
Parent: RehabMeasure
Id: rehab-physical-activity-prescription
Title: "Physical activity on prescription"
Description: "Physical activity on prescription (fysisk aktivitet på recept, FaR) as a planned measure."
* extension[physicalActivityPrescription] 1..1
* extension[physicalActivityPrescription].valueBoolean = true
* code obeys rehab-far-code
