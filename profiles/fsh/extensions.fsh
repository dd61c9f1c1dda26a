// Extensions: only what FHIR R4 has no element for, each with its reason. HL7's own extensions are used where they exist.

// ---- the plan

Extension: PlanVersion
Id: plan-version
Title: "Version of the plan"
Description: "The plan's version as its author counts it (planens version). Reason: R4 resources have no business version outside the definitional ones; meta.versionId belongs to the server."
Context: CarePlan
* value[x] 1..1
* value[x] only string

Extension: PlanStatusReason
Id: plan-status-reason
Title: "Reason for the plan's status"
Description: "Why the plan was ended or paused (avslutsorsak). Reason: R4 CarePlan has no statusReason, and HL7's request-statusReason is not defined for CarePlan."
Context: CarePlan
* value[x] 1..1
* value[x] only CodeableConcept

Extension: ParentPlanKind
Id: parent-plan-kind
Title: "Kind of parent plan"
Description: "What the plan is part of: Min vårdplan, SIP, vårdplan. Reason: the parent often lies in a system that gives no resource to read the kind from."
Context: CarePlan.partOf
* value[x] 1..1
* value[x] only CodeableConcept

Extension: AccountableUnit
Id: accountable-unit
Title: "Accountable unit"
Description: "The unit that is accountable for the plan (ansvarig enhet). Reason: R4 CarePlan.author says who wrote it, not who answers for it."
Context: CarePlan
* value[x] 1..1
* value[x] only Reference(Organization)

Extension: ContactNurse
Id: contact-nurse
Title: "Contact nurse"
Description: "The patient's named contact nurse (kontaktsjuksköterska). Reason: no code for the role is established, so a CareTeam participant's role cannot single the person out."
Context: CarePlan
* value[x] 1..1
* value[x] only Reference(Practitioner or PractitionerRole)

Extension: RehabilitationPhase
Id: rehabilitation-phase
Title: "Phase of rehabilitation"
Description: "Where in the course of the disease the plan stands: prehabilitation to palliation (fas). Reason: R4 has no element for it; category tells the kind of plan."
Context: CarePlan
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from RehabilitationPhaseVS (extensible)

Extension: PlanMilestone
Id: plan-milestone
Title: "Step in the plan's timeline"
Description: "A step in the plan's timeline (tidplan): what happens, and when. Reason: R4 CarePlan.activity is a measure to be done; a milestone is not one."
Context: CarePlan
* extension contains text 1..1 and date 0..1 and period 0..1
* extension[text].value[x] 1..1
* extension[text].value[x] only string
* extension[date].value[x] 1..1
* extension[date].value[x] only dateTime
* extension[period].value[x] 1..1
* extension[period].value[x] only Period
* obeys rehab-milestone-when

Extension: PlanNextOfKin
Id: plan-next-of-kin
Title: "Next of kin in the plan"
Description: "A next of kin whom the plan concerns (närstående), minor children among them. Reason: R4 CarePlan has no element for persons around the patient who are not part of the care team."
Context: CarePlan
* value[x] 1..1
* value[x] only Reference(RelatedPerson)

Extension: OutsideParticipant
Id: outside-participant
Title: "Participant outside health care"
Description: "An actor outside health care who takes part, such as Försäkringskassan, an employer or a school, and with what. Reason: a CareTeam is the team of care, and has no place for what the actor does."
Context: CarePlan
* extension contains actor 1..1 and involvement 0..1
* extension[actor].value[x] 1..1
* extension[actor].value[x] only Reference(Organization)
* extension[involvement].value[x] 1..1
* extension[involvement].value[x] only string

Extension: PatientAgreement
Id: patient-agreement
Title: "Patient's agreement to the plan"
Description: "Whether, when and how the patient agreed to the plan (överenskommelse), and how patient and next of kin took part (delaktighet). Reason: R4 has no element for it; Consent is about permission to treat or share."
Context: CarePlan
* extension contains agreed 0..1 and date 0..1 and form 0..1 and participation 0..1 and nextOfKinTookPart 0..1
* extension[agreed].value[x] 1..1
* extension[agreed].value[x] only boolean
* extension[date].value[x] 1..1
* extension[date].value[x] only date
* extension[form].value[x] 1..1
* extension[form].value[x] only CodeableConcept
* extension[participation].value[x] 1..1
* extension[participation].value[x] only string
* extension[nextOfKinTookPart].value[x] 1..1
* extension[nextOfKinTookPart].value[x] only boolean

Extension: DeliveredCopy
Id: delivered-copy
Title: "Copy of the plan handed to the patient"
Description: "When and in which form the patient was given the plan (utlämnad plan). Reason: R4 has no element for it."
Context: CarePlan
* extension contains date 0..1 and form 0..1
* extension[date].value[x] 1..1
* extension[date].value[x] only date
* extension[form].value[x] 1..1
* extension[form].value[x] only CodeableConcept

Extension: ApprovedForPatient
Id: approved-for-patient
Title: "Approved for the patient"
Description: "Whether the plan may be shown to the patient on 1177 (approvedForPatient of the national service contracts). Reason: R4 has no element; a security label can only say no."
Context: CarePlan
* value[x] 1..1
* value[x] only boolean

// ---- the need

Extension: NeedLevel
Id: need-level
Title: "Level of need"
Description: "Level of rehabilitation need (behovsnivå); regions use different vocabularies, named by the coding's system. Reason: R4 Condition.severity is the severity of the condition; here it carries the ICF qualifier."
Context: Condition
* value[x] 1..1
* value[x] only CodeableConcept

Extension: NeedDimension
Id: need-dimension
Title: "Dimension of need"
Description: "Physical, psychological, social or existential need. Reason: R4 Condition.category tells what kind of entry the Condition is; a dimension beside it could not be told apart when its code is local."
Context: Condition
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from NeedDimensionVS (extensible)

Extension: NeedHolder
Id: need-holder
Title: "Whose need"
Description: "Whether the need is the patient's own or a next of kin's. Reason: R4 Condition.subject is the patient whose plan it belongs to, also when the need of support is a next of kin's."
Context: Condition
* value[x] 1..1
* value[x] only code
* valueCode from NeedHolderVS (required)

Extension: NeedNextOfKin
Id: need-next-of-kin
Title: "Next of kin who has the need"
Description: "The next of kin whose need it is. Reason: R4 Condition.subject cannot be a RelatedPerson."
Context: Condition
* value[x] 1..1
* value[x] only Reference(RelatedPerson)

Extension: LateEffect
Id: late-effect
Title: "Late effect of treatment"
Description: "Whether the need is a late effect of an earlier treatment (sen komplikation). Reason: R4 has no element; HL7's condition-dueTo names a cause but cannot say that there is none."
Context: Condition
* value[x] 1..1
* value[x] only boolean

// ---- the goal

Extension: PatientWords
Id: patient-words
Title: "Goal in the patient's own words"
Description: "The goal in the patient's own words (patientens egna ord). Reason: R4 Goal.description is the agreed goal; both stand side by side."
Context: Goal
* value[x] 1..1
* value[x] only string

Extension: PartOfGoal
Id: part-of-goal
Title: "Goal that this is a sub-goal of"
Description: "The goal that this is a sub-goal (delmål) of. Reason: R4 has no element, and HL7's goal-relationship points the other way (milestone: the target is a step towards this goal)."
Context: Goal
* value[x] 1..1
* value[x] only Reference(Goal)

Extension: IcfLevelNow
Id: icf-level-now
Title: "ICF level now"
Description: "The ICF level at which the goal starts (nuvarande nivå). Reason: R4 Goal.target tells what is to be reached; there is no element for where it starts."
Context: Goal
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from IcfQualifierVS (extensible)

Extension: IcfLevelExpected
Id: icf-level-expected
Title: "ICF level expected"
Description: "The ICF level expected at the goal (förväntad nivå), in the same vocabulary as the level now. Reason: it stands beside measured targets, from which a Goal.target without a measure could not be told apart."
Context: Goal
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from IcfQualifierVS (extensible)

// ---- measures, planned and done

Extension: AdditionalCode
Id: additional-code
Title: "Further code of the measure"
Description: "A further KVÅ code registered for the same measure. Reason: the codings of R4 code say the same thing in several systems; a second measure code says something more."
Context: ServiceRequest, Procedure, CarePlan.activity.detail
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept.coding obeys rehab-kva-heading and rehab-kva-shape

Extension: CodeQualifier
Id: code-qualifier
Title: "Qualifier of the measure's code"
Description: "A KVÅ qualifier (tilläggskod): participants, time, place, intention. Reason: R4 has no element for qualifiers of a code."
Context: ServiceRequest, Procedure, CarePlan.activity.detail
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept.coding obeys rehab-kva-heading and rehab-kva-shape

Extension: ContactForm
Id: contact-form
Title: "Form of contact"
Description: "Visit, team, group or distance contact (kontaktform). Reason: R4 has it on Encounter only; the measure is often registered without one."
Context: ServiceRequest, Procedure, CarePlan.activity.detail, Appointment, Encounter
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept.coding obeys rehab-kva-heading and rehab-kva-shape

Extension: ParticipatingParty
Id: participating-party
Title: "Who else took part"
Description: "Who took part beside patient and staff, as a KVÅ code. Reason: R4 Procedure.performer is who did it."
Context: Procedure
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept.coding obeys rehab-kva-heading and rehab-kva-shape

Extension: SelfCare
Id: self-care
Title: "Self-care"
Description: "Whether the patient does the measure (egenvård) or care gives it. Reason: R4 can name the patient as performer but not say that a measure is not self-care when nobody is named."
Context: ServiceRequest, CarePlan.activity.detail
* value[x] 1..1
* value[x] only boolean

Extension: PhysicalActivityPrescription
Id: physical-activity-prescription
Title: "Physical activity on prescription"
Description: "Whether the measure is physical activity on prescription (FaR). Reason: the KVÅ code says so only where it is issued; R4 has no element."
Context: ServiceRequest, CarePlan.activity.detail
* value[x] 1..1
* value[x] only boolean

Extension: ActivityStatus
Id: activity-status
Title: "Status of the planned measure"
Description: "How far the measure has come, in the words of CarePlan.activity.detail.status. Reason: R4 ServiceRequest.status has no scheduled, not-started or in-progress."
Context: ServiceRequest
* value[x] 1..1
* value[x] only code
* valueCode from http://hl7.org/fhir/ValueSet/care-plan-activity-status (required)

Extension: ResponsibleProfession
Id: responsible-profession
Title: "Responsible profession"
Description: "Which profession does the measure, when no person is named. Reason: R4 CarePlan.activity.detail has performers, but no profession; ServiceRequest has performerType."
Context: CarePlan.activity.detail
* value[x] 1..1
* value[x] only CodeableConcept

Extension: ScheduledTime
Id: scheduled-time
Title: "Moment of the measure"
Description: "The moment at which the measure is to be done. Reason: R4 CarePlan.activity.detail.scheduled[x] has no dateTime; ServiceRequest has occurrenceDateTime."
Context: CarePlan.activity.detail
* value[x] 1..1
* value[x] only dateTime

Extension: ScheduleText
Id: schedule-text
Title: "Schedule in words"
Description: "When the measure is to be done, in words. Reason: R4 ServiceRequest.occurrence[x] has no text; CarePlan.activity.detail has scheduledString."
Context: ServiceRequest
* value[x] 1..1
* value[x] only string

Extension: MeasureDescription
Id: measure-description
Title: "Measure in words"
Description: "What is to be done, in words beside the code. Reason: R4 ServiceRequest has no description; code.text is the code's own wording, note and patientInstruction have other readers."
Context: ServiceRequest
* value[x] 1..1
* value[x] only string

// ---- follow-ups and key visits

Extension: PlannedStart
Id: planned-start
Title: "Planned start"
Description: "When the visit was planned to be held. Reason: R4 Encounter.period is when it was held; R5 has plannedStartDate."
Context: Encounter
* value[x] 1..1
* value[x] only dateTime

Extension: VisitResult
Id: result
Title: "What came out of the visit"
Description: "What came out of the visit, in words. Reason: R4 Encounter has no element for it."
Context: Encounter
* value[x] 1..1
* value[x] only string

Extension: FollowUpDecisionExtension
Id: follow-up-decision
Title: "Decision at follow-up"
Description: "What the follow-up decided of the plan: continue, change, end, assess anew. Reason: R4 has no element for it."
Context: Encounter
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from FollowUpDecisionVS (extensible)

Extension: KeyVisitAge
Id: key-visit-age
Title: "Age that the key visit is for"
Description: "The age in years that a key visit (nyckelbesök) after childhood cancer is for: about 13, 17, 18. Reason: the visit is adjusted to when treatment was given, so its date does not tell."
Context: Encounter
* value[x] 1..1
* value[x] only integer

Extension: DateWritten
Id: written
Title: "When the document was written"
Description: "When the summary was written, as exactly as it is known. Reason: R4 DocumentReference.date is an instant, and tells when the reference was made."
Context: DocumentReference
* value[x] 1..1
* value[x] only dateTime

// ---- references

Extension: LinkRole
Id: link-role
Title: "What a reference is to"
Description: "What is referred to, when that is not at hand and the type does not tell: a follow-up or a key visit, a need or a diagnosis. Reason: R4 Reference.type names a resource type only."
Context: Reference
* value[x] 1..1
* value[x] only code
* valueCode from LinkRoleVS (required)

Extension: ProtectedIdentity
Id: protected-identity
Title: "Protection of a contained person"
Description: "The security label of a person whose resource is contained in another. Reason: a contained resource may carry no security label of its own (invariant dom-5); the label stands on the container too."
Context: Meta
* value[x] 1..1
* value[x] only Coding

// ---- next of kin

Extension: MinorChild
Id: minor-child
Title: "Minor child"
Description: "Whether the next of kin is under 18 (minderårigt barn), known without a birth date. Reason: R4 RelatedPerson has the birth date only."
Context: RelatedPerson
* value[x] 1..1
* value[x] only boolean

Extension: SupportOffered
Id: support-offered
Title: "Support offered"
Description: "Whether information, advice or support has been offered to the next of kin. Reason: R4 has no element for it."
Context: RelatedPerson
* value[x] 1..1
* value[x] only boolean

// ---- assessments

Extension: InstrumentTitle
Id: instrument-title
Title: "Name of the instrument"
Description: "The instrument's name, where no Questionnaire is at hand to read it from. Reason: R4 QuestionnaireResponse.questionnaire is a bare canonical."
Context: QuestionnaireResponse
* value[x] 1..1
* value[x] only string

Extension: AssessmentScore
Id: score
Title: "Score of the assessment"
Description: "A score computed from the answers. Reason: R4 points from the Observation to the response only; a response that travels alone must name its scores, and their order."
Context: QuestionnaireResponse
* value[x] 1..1
* value[x] only Reference(Observation)
