"""The brief: all that composing needs of a campaign, compiled on publishing and never changed again."""

import uuid
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from app.models.campaign import OwnText, Privacy
from app.models.letter_texts import Audience, LetterTexts
from app.models.office import DIPLOMATS, Channel, OfficeKind
from app.models.prisoner import Gender
from app.models.text import in_language

KEPT = 256  # briefs whose offices are in memory by their id


class Frozen(BaseModel):
    """A part of a brief. What is made of it is kept beside the very object: comparing contents would cost as much."""

    model_config = ConfigDict(frozen=True)

    def __hash__(self) -> int:
        return id(self)


class BriefPrisoner(Frozen):
    id: uuid.UUID
    slug: str
    name: str
    names: dict[str, str]
    cases: dict[str, dict[str, str]]
    gender: Gender
    country: str
    summary: dict[str, str]
    occupation: dict[str, str] = {}
    place: dict[str, str] = {}
    charges: dict[str, str] = {}
    sentence: dict[str, str] = {}
    health: dict[str, str] = {}
    born_on: str | None = None
    detained_on: str | None = None


class BriefOffice(Frozen):
    """An office as chosen on publishing. Its e-mail addresses stay with the office, since they may change.

    `written_from` are the countries whose supporters write to it; None: everybody does.
    """

    id: uuid.UUID
    kind: OfficeKind
    country: str
    title: dict[str, str]
    institution: dict[str, str]
    languages: list[str]
    channels: list[Channel]
    salutations: dict[str, str]
    postal_address: str | None
    web_form_url: str | None
    written_from: list[str] | None
    own_government: bool = False  # of those who write to it
    needs_address: bool = False
    web_form_asks: dict[str, list[str]] = {}

    @model_validator(mode="before")
    @classmethod
    def in_older_briefs(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Briefs of before this field were of embassies only."""
        return {"written_from": data["accredited_to"], **data} if "accredited_to" in data else data

    @property
    def audience(self) -> Audience:
        if self.own_government:
            return Audience.GOVERNMENT
        return Audience.DIPLOMAT if self.kind in DIPLOMATS else Audience.AUTHORITY

    def title_in(self, language: str) -> str:
        """The office's title in this language, or in the first that it has."""
        return in_language(self.title, language)


class BriefContent(Frozen):
    campaign_id: uuid.UUID
    slug: str
    code: str
    title: dict[str, str]
    organisation: str
    opens_on: date | None
    closes_on: date
    repeat_every_days: int | None
    urgent: bool
    privacy: Privacy
    name_organisation: bool
    mail_from: str | None
    reply_to_supporter: bool
    own_text: OwnText = OwnText.PARAGRAPH
    embassies_of: list[str] = []
    nearest_embassies: list[str] = []
    own_government: bool = False
    at_most: int | None = None
    least_written_first: bool = False
    name_copies: bool = False
    keep_answers: bool = False  # briefs made before it was known
    demands: dict[str, list[str]]
    texts: dict[str, dict[Audience, LetterTexts]]
    prisoners: list[BriefPrisoner]
    offices: list[BriefOffice]

    @property
    def languages(self) -> list[str]:
        return list(self.demands)

    def office(self, office_id: uuid.UUID) -> BriefOffice | None:
        return _offices(self).get(office_id)

    @property
    def named(self) -> list[uuid.UUID]:
        """All whom its demands may name, whoever a letter is about."""
        return [prisoner.id for prisoner in self.prisoners]

    def about(self, prisoner_id: uuid.UUID | None) -> list[BriefPrisoner]:
        """The prisoners whom a letter is about: one, or all."""
        return [prisoner for prisoner in self.prisoners if prisoner_id in (None, prisoner.id)]

    def title_in(self, language: str) -> str:
        return in_language(self.title, language)


@lru_cache(maxsize=KEPT)
def _offices(brief: BriefContent) -> dict[uuid.UUID, BriefOffice]:
    return {office.id: office for office in brief.offices}
