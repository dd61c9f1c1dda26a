"""Identifiers of people, staff and organisations: personnummer, reserve numbers, HSA-id and their relatives."""
