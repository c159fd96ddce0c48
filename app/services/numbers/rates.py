"""What became of the letters to each office: how many left, and how many came back."""

import uuid
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import ANSWERED, LEFT, AnswerKind, Letter, Stage
from app.models.numbers import OfficeNumbers, OfficesOfCampaign
from app.models.office import Office
from app.models.text import in_language
from app.rows.asking import rows
from app.services.counting import tallied
from app.services.numbers import offline_letters


async def read(session: AsyncSession, campaign: Campaign, *, language: str) -> OfficesOfCampaign:
    """Return the numbers of each office to which letters of a campaign were written, the most written to first."""
    found = await tallied.by_office(session, campaign.id)
    offline = await offline_letters.by_office(session, campaign.id)
    answers = await _answers(session, campaign.id)
    titles = await titles_of(session, found.keys() | offline.keys(), language=language)
    items = [
        of_office(
            office_id,
            titles[office_id],
            found.get(office_id, dict.fromkeys(Stage, 0)),
            answers.get(office_id, {}),
            offline=offline.get(office_id, 0),
        )
        for office_id in titles
    ]
    return OfficesOfCampaign(
        campaign=campaign.slug, as_of=now(), items=sorted(items, key=lambda each: (-each.left, each.office))
    )


def of_office(
    office_id: uuid.UUID, title: str, stages: Mapping[Stage, int], answers: Mapping[AnswerKind, int], *, offline: int
) -> OfficeNumbers:
    """Return the numbers of one office. Letters by post do not come back here, so the rates leave them out."""
    bounced, answered = stages[Stage.BOUNCED], answers.get(AnswerKind.PERSON, 0)
    return OfficeNumbers(
        office_id=office_id,
        office=title,
        left=bounced + sum(stages[stage] for stage in LEFT),
        bounced=bounced,
        bounced_rate=_rate(bounced, stages[Stage.SENT] + bounced),
        answered=answered,
        answered_rate=_rate(answered, stages[Stage.SENT]),
        answered_automatically=answers.get(AnswerKind.AUTOMATIC, 0),
        offline_letters=offline,
    )


def _rate(n: int, of: int) -> float | None:
    return round(n / of, 4) if of else None


async def _answers(session: AsyncSession, campaign_id: uuid.UUID) -> dict[uuid.UUID, dict[AnswerKind, int]]:
    """Count the letters that were answered, which are few: they have an index of their own."""
    which = sa.select(col(Letter.office_id), col(Letter.answer), sa.func.count())
    answered = which.where(col(Letter.campaign_id) == campaign_id, ANSWERED)
    found: dict[uuid.UUID, dict[AnswerKind, int]] = {}
    for office_id, answer, n in await rows(session, answered.group_by(col(Letter.office_id), col(Letter.answer))):
        found.setdefault(office_id, {})[answer] = n
    return found


async def titles_of(session: AsyncSession, office_ids: Iterable[uuid.UUID], *, language: str) -> dict[uuid.UUID, str]:
    """Return the offices' titles, in this language where they have one."""
    found = await session.exec(select(Office.id, Office.title).where(col(Office.id).in_(list(office_ids))))
    return {office_id: in_language(title, language) for office_id, title in found}
