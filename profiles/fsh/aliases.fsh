// Names for the systems that the profiles use. URIs as Swedish care and HL7 Sweden publish them.
Alias: $sct = http://snomed.info/sct
Alias: $kva = urn:oid:1.2.752.116.1.3.2.1.4
Alias: $icf = http://hl7.org/fhir/sid/icf
Alias: $plan-type = https://fhir.inera.se/CodeSystem/typeofcareplan-cs
Alias: $personnummer = http://electronichealth.se/identifier/personnummer
Alias: $samordningsnummer = http://electronichealth.se/identifier/samordningsnummer
Alias: $reservnummer = http://electronichealth.se/identifier/nationelltReservnummer
Alias: $hsaid = urn:oid:1.2.752.29.4.19
Alias: $orgnr = urn:oid:2.5.4.97
Alias: $sosnyk = urn:oid:1.2.752.116.1.3.6
Alias: $befattning = urn:oid:1.2.752.129.2.2.1.4
Alias: $SEBasePatient = http://hl7.se/fhir/ig/base/StructureDefinition/SEBasePatient
Alias: $SEBasePractitioner = http://hl7.se/fhir/ig/base/StructureDefinition/SEBasePractitioner
Alias: $SEBasePractitionerRole = http://hl7.se/fhir/ig/base/StructureDefinition/SEBasePractitionerRole
Alias: $SEBaseOrganization = http://hl7.se/fhir/ig/base/StructureDefinition/SEBaseOrganization
Alias: $SEBaseHumanName = http://hl7.se/fhir/ig/base/StructureDefinition/SEBaseHumanName
