"""The kinds of tables that can come in."""

from enum import StrEnum
from typing import Any

from app.imports import accreditations, endorsements, lives, offices, offline_letters, popolo, prisoners, synonyms
from app.imports.kind import Kind
from app.models.endorsement import EndorsementRow
from app.models.offline_letters import OfflineLettersCreate
from app.models.prisoner import PrisonerCreate


class ImportKind(StrEnum):
    OFFICES = "offices"
    EMBASSIES = "embassies"
    ACCREDITATIONS = "accreditations"
    PRISONERS = "prisoners"
    OFFLINE_LETTERS = "offline-letters"
    ENDORSEMENTS = "endorsements"
    POPOLO = "popolo"


KINDS: dict[ImportKind, Kind[Any]] = {
    ImportKind.OFFICES: Kind(offices.OfficeRow, offices.load, offices.keys, offices.decide, synonyms.OFFICES),
    ImportKind.EMBASSIES: Kind(
        offices.EmbassyRow,
        offices.load,
        offices.keys,
        offices.decide_embassy,
        synonyms.OFFICES,
        given={"kind": "ambassador"},
    ),
    ImportKind.ACCREDITATIONS: Kind(
        accreditations.AccreditationRow,
        accreditations.load,
        accreditations.keys,
        accreditations.decide,
        synonyms.ACCREDITATIONS,
    ),
    ImportKind.PRISONERS: Kind(
        PrisonerCreate,
        prisoners.load,
        prisoners.keys,
        prisoners.decide,
        synonyms.PRISONERS,
        foretell=lives.foretell,
        draw=lives.draw,
    ),
    ImportKind.OFFLINE_LETTERS: Kind(
        OfflineLettersCreate,
        offline_letters.load,
        offline_letters.keys,
        offline_letters.decide,
        synonyms.OFFLINE_LETTERS,
    ),
    ImportKind.ENDORSEMENTS: Kind(
        EndorsementRow, endorsements.load, endorsements.keys, endorsements.decide, synonyms.ENDORSEMENTS
    ),
    ImportKind.POPOLO: Kind(
        offices.OfficeRow,
        offices.load,
        offices.keys,
        offices.decide,
        synonyms.OFFICES,
        open=popolo.read,
        own_settings=frozenset({popolo.TEXT_LANGUAGE}),
    ),
}
