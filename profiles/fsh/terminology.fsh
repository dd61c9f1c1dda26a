// Code systems of our own and the value sets that the profiles bind to. Displays in Swedish: that is what users see.

RuleSet: OwnCodeSystem
* ^status = #active
* ^experimental = false
* ^caseSensitive = true
* ^content = #complete

RuleSet: OwnValueSet
* ^status = #active
* ^experimental = false

// ---- needs

CodeSystem: NeedDimensionCodes
Id: need-dimension
Title: "Dimension of rehabilitation need"
Description: "The four dimensions of cancer rehabilitation in the national care programme: physical, psychological, social, existential."
* insert OwnCodeSystem
* ^valueSet = "https://rehabfhir.org/fhir/ValueSet/need-dimension"
* #physical "Fysisk" "Consequences for the body."
* #psychological "Psykisk" "Consequences for feeling and thinking."
* #social "Social" "Consequences for family, work, economy and daily life."
* #existential "Existentiell" "Questions of life, death and meaning."

ValueSet: NeedDimensionVS
Id: need-dimension
Title: "Dimension of rehabilitation need"
Description: "The four dimensions of need."
* insert OwnValueSet
* include codes from system NeedDimensionCodes

CodeSystem: NeedLevelCodes
Id: need-level
Title: "Level of rehabilitation need"
Description: "Levels of need in the national care programme for cancer rehabilitation (grundläggande, särskilda, avancerade, mycket avancerade behov)."
* insert OwnCodeSystem
* #basic "Grundläggande behov" "Needs that every patient may have."
* #particular "Särskilda behov" "Needs beyond the basic ones."
* #advanced "Avancerade behov" "Needs that call for specialised rehabilitation."
* #very-advanced "Mycket avancerade behov" "Needs that call for highly specialised rehabilitation."

CodeSystem: NeedLevelSyd
Id: need-level-rcc-syd
Title: "Level of rehabilitation need, RCC Syd"
Description: "The two levels that RCC Syd uses (grundläggande nivå, särskild nivå)."
* insert OwnCodeSystem
* #basic "Grundläggande nivå" "Basic level."
* #particular "Särskild nivå" "Particular level."

CodeSystem: NeedLevelSydost
Id: need-level-rcc-sydost
Title: "Level of rehabilitation need, RCC Sydöst"
Description: "The three levels that RCC Sydöst uses (grundläggande, specialiserade, avancerade)."
* insert OwnCodeSystem
* #basic "Grundläggande" "Basic."
* #specialised "Specialiserade" "Specialised."
* #advanced "Avancerade" "Advanced."

ValueSet: NeedLevelVS
Id: need-level
Title: "Level of rehabilitation need"
Description: "Levels of need in the vocabularies known here; others may be used with their own system."
* insert OwnValueSet
* include codes from system NeedLevelCodes
* include codes from system NeedLevelSyd
* include codes from system NeedLevelSydost

CodeSystem: NeedHolderCodes
Id: need-holder
Title: "Whose need"
Description: "Whose need it is."
* insert OwnCodeSystem
* #patient "Patienten" "The patient's own need."
* #next-of-kin "Närstående" "A next of kin's need of support."

ValueSet: NeedHolderVS
Id: need-holder
Title: "Whose need"
Description: "Whose need it is."
* insert OwnValueSet
* include codes from system NeedHolderCodes

CodeSystem: IcfQualifier
Id: icf-qualifier
Title: "ICF qualifier"
Description: "The first qualifier of ICF (bedömningsfaktor): the extent of a problem. ICF's own code system holds the qualifier as part of a composed code."
* insert OwnCodeSystem
* #0 "Ingen" "No problem."
* #1 "Lätt" "Mild problem."
* #2 "Måttlig" "Moderate problem."
* #3 "Svår" "Severe problem."
* #4 "Total" "Complete problem."
* #8 "Ej specificerad" "Not specified."
* #9 "Ej tillämplig" "Not applicable."

ValueSet: IcfQualifierVS
Id: icf-qualifier
Title: "ICF qualifier"
Description: "The extent of a problem, now or expected."
* insert OwnValueSet
* include codes from system IcfQualifier

// ---- the plan

CodeSystem: RehabilitationPhaseCodes
Id: rehabilitation-phase
Title: "Phase of rehabilitation"
Description: "Phases of cancer rehabilitation in the national care programme, from prevention to palliative care."
* insert OwnCodeSystem
* #prophylaxis "Profylax" "Before disease: prevention."
* #prehabilitation "Prehabilitering" "Between diagnosis and the start of treatment."
* #early "Tidig rehabilitering" "At suspicion and before treatment."
* #during-treatment "Under pågående behandling" "While treatment goes on."
* #after-treatment "Efter primär behandling" "After primary treatment."
* #chronic "Tidig palliativ eller kronisk fas" "Early palliative phase or chronic disease."
* #palliative "Stödjande och palliativ fas" "Support at the end of life."

ValueSet: RehabilitationPhaseVS
Id: rehabilitation-phase
Title: "Phase of rehabilitation"
Description: "Phases of rehabilitation."
* insert OwnValueSet
* include codes from system RehabilitationPhaseCodes

CodeSystem: AgreementForm
Id: agreement-form
Title: "Form of agreement"
Description: "How the patient agreed to the plan."
* insert OwnCodeSystem
* #oral "Muntligt" "In words."
* #written "Skriftligt" "In writing."
* #digital "Digitalt" "Through a digital service such as 1177."

ValueSet: AgreementFormVS
Id: agreement-form
Title: "Form of agreement"
Description: "How the patient agreed to the plan."
* insert OwnValueSet
* include codes from system AgreementForm

CodeSystem: DeliveryForm
Id: delivery-form
Title: "Form of the delivered copy"
Description: "How the patient was given the plan."
* insert OwnCodeSystem
* #digital "Digitalt" "Through a digital service such as 1177."
* #print "På papper" "As a print."

ValueSet: DeliveryFormVS
Id: delivery-form
Title: "Form of the delivered copy"
Description: "How the patient was given the plan."
* insert OwnValueSet
* include codes from system DeliveryForm

CodeSystem: FollowUpDecision
Id: follow-up-decision
Title: "Decision at follow-up"
Description: "What a follow-up of the plan leads to."
* insert OwnCodeSystem
* #continue "Fortsätter oförändrad" "The plan goes on as it is."
* #change "Ändras" "The plan is changed."
* #end "Avslutas" "The plan is ended."
* #reassess "Ny bedömning" "The needs are assessed anew."

ValueSet: FollowUpDecisionVS
Id: follow-up-decision
Title: "Decision at follow-up"
Description: "What a follow-up of the plan leads to."
* insert OwnValueSet
* include codes from system FollowUpDecision

// ---- assessments

CodeSystem: AssessmentOccasion
Id: assessment-occasion
Title: "Occasion of assessment"
Description: "When rehabilitation needs are assessed, after the national care programme's list of occasions."
* insert OwnCodeSystem
* #diagnosis "Vid diagnos" "At diagnosis."
* #treatment-start "Vid behandlingsstart" "At the start of treatment."
* #treatment-end "Vid avslutad behandling" "At the end of treatment."
* #change "Vid förändring av sjukdom eller behandling" "At a change of disease or treatment."
* #progress "Vid progress" "When the disease progresses."
* #palliative-intent "Vid övergång till palliativ intention" "When treatment turns from curative to palliative intention."
* #late-palliative "Vid övergång till sen palliativ fas" "When the late palliative phase begins."
* #hand-over "Vid överlämning" "At hand-over, for instance from specialist to primary care."
* #new-caregiver "Vid ny vårdgivare" "When a new care giver takes part."
* #procedure "Vid ingrepp" "At a procedure."
* #admission "Vid inskrivning" "At admission."
* #discharge "Vid utskrivning" "At discharge."
* #follow-up "Vid uppföljning" "At a follow-up."

ValueSet: AssessmentOccasionVS
Id: assessment-occasion
Title: "Occasion of assessment"
Description: "When rehabilitation needs are assessed."
* insert OwnValueSet
* include codes from system AssessmentOccasion

// ---- hand-over

CodeSystem: HandOverState
Id: hand-over-state
Title: "State of a hand-over"
Description: "How far an active hand-over (aktiv överlämning) has come; the responsibility moves only at the last."
* insert OwnCodeSystem
* #requested "Begärd" "The sender has asked the receiver to take over."
* #received "Mottagen" "The receiver has taken it in; the sender keeps the responsibility."
* #contact-confirmed "Kontakt bekräftad" "The receiver has confirmed contact with the patient; the responsibility has moved."

ValueSet: HandOverStateVS
Id: hand-over-state
Title: "State of a hand-over"
Description: "How far an active hand-over has come."
* insert OwnValueSet
* include codes from system HandOverState

CodeSystem: HandOverPartCodes
Id: hand-over-part
Title: "Part of a hand-over"
Description: "What is handed over, and how."
* insert OwnCodeSystem
* #sender-contact "Överlämnande kontakt" "Who hands over."
* #receiver-contact "Mottagande kontakt" "Who takes over."
* #oral "Muntligt" "Handed over in words."
* #written "Skriftligt" "Handed over in writing."
* #situation "Situation" "SBAR: situation."
* #background "Bakgrund" "SBAR: background."
* #assessment "Aktuell bedömning" "SBAR: assessment."
* #recommendation "Rekommendation" "SBAR: recommendation."
* #patient-wishes "Patientens behov och önskemål" "The patient's needs and wishes."
* #ongoing-measure "Pågående åtgärd" "A measure that the receiver shall follow up."
* #in-record "Synlig i journalen" "The change of responsible care giver is visible in the record."
* #in-care-plan "Synlig i Min vårdplan" "The change is visible in Min vårdplan."

ValueSet: HandOverPartVS
Id: hand-over-part
Title: "Part of a hand-over"
Description: "What is handed over, and how."
* insert OwnValueSet
* include codes from system HandOverPartCodes

// ---- kinds: what tells one use of a resource from another

CodeSystem: ConditionKindCodes
Id: condition-kind
Title: "Kind of condition"
Description: "What a Condition is in a rehabilitation plan, when it is no diagnosis."
* insert OwnCodeSystem
* #rehabilitation-need "Rehabiliteringsbehov" "A need of rehabilitation."

ValueSet: ConditionKindVS
Id: condition-kind
Title: "Kind of condition"
Description: "What a Condition is in a rehabilitation plan, when it is no diagnosis."
* insert OwnValueSet
* include codes from system ConditionKindCodes

CodeSystem: EncounterKindCodes
Id: encounter-kind
Title: "Kind of visit"
Description: "What a visit is for in a rehabilitation plan."
* insert OwnCodeSystem
* #follow-up "Uppföljning" "Follow-up of the plan."
* #key-visit "Nyckelbesök" "Key visit after childhood cancer."

ValueSet: EncounterKindVS
Id: encounter-kind
Title: "Kind of visit"
Description: "What a visit is for in a rehabilitation plan."
* insert OwnValueSet
* include codes from system EncounterKindCodes

CodeSystem: DocumentKindCodes
Id: document-kind
Title: "Kind of document"
Description: "What a document is in a rehabilitation plan."
* insert OwnCodeSystem
* #treatment-summary "Behandlingssammanfattning" "Written summary of treatment with advice on follow-up."

ValueSet: DocumentKindVS
Id: document-kind
Title: "Kind of document"
Description: "What a document is in a rehabilitation plan."
* insert OwnValueSet
* include codes from system DocumentKindCodes

CodeSystem: LinkRoleCodes
Id: link-role
Title: "What a reference is to"
Description: "What a reference is to, when the type of resource does not tell."
* insert OwnCodeSystem
* #need "Behov" "A rehabilitation need."
* #follow-up "Uppföljning" "A follow-up of the plan."
* #key-visit "Nyckelbesök" "A key visit."
* #hand-over "Överlämning" "A hand-over."
* #treatment-summary "Behandlingssammanfattning" "A treatment summary."
* #unit "Enhet" "A care unit."
* #patient "Patient" "The patient."
* #next-of-kin "Närstående" "A next of kin."

ValueSet: LinkRoleVS
Id: link-role
Title: "What a reference is to"
Description: "What a reference is to, when the type of resource does not tell."
* insert OwnValueSet
* include codes from system LinkRoleCodes
