"""What a change of a prisoner does to campaigns: foretold, and drawn in the transaction that saves it."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign, CampaignPrisoner, CampaignStatus
from app.models.consequences import IN_WORDS, CampaignTouched, Consequences, Effect
from app.models.letter import WAITING, Letter, Stage
from app.models.prisoner import PUBLIC_CONSENT, Consent, Prisoner, PrisonerStatus
from app.rows.asking import rows
from app.services.lives import exposing, life, mentions
from app.services.organising import publishing
from app.services.telling import hooks, news

RUNNING = (CampaignStatus.ACTIVE, CampaignStatus.PAUSED)
TELLS = frozenset({Effect.STOP_AND_THANK, Effect.PAUSE})
STOPS = TELLS | {Effect.STOP}
CONFIRMED = (Stage.QUEUED, Stage.HELD, Stage.READY)


class Turn(NamedTuple):
    """A prisoner before a change and after it. `alarm`: their health is in danger."""

    before: PrisonerStatus
    after: PrisonerStatus
    consent_before: Consent
    consent: Consent
    alarm: bool = False

    @property
    def hides(self) -> bool:
        return self.consent_before in PUBLIC_CONSENT and self.consent not in PUBLIC_CONSENT

    @property
    def shows(self) -> bool:
        return self.consent_before not in PUBLIC_CONSENT and self.consent in PUBLIC_CONSENT


class Touched(NamedTuple):
    """A campaign about the prisoner: whether it is of their organisation, and about nobody else."""

    campaign: Campaign
    own: bool
    alone: bool


def effect(turn: Turn, touched: Touched) -> Effect:
    """Return what becomes of a campaign. Pure."""
    campaign, own, alone = touched
    if turn.hides:
        return Effect.STOP
    if life.is_freed(turn.before, turn.after):
        return Effect.PAUSE if own and not alone and campaign.status is CampaignStatus.ACTIVE else Effect.STOP_AND_THANK
    if life.is_back(turn.before, turn.after):
        return Effect.GO_ON
    if turn.shows:
        return Effect.SHOW
    if turn.alarm and own and not campaign.urgent:
        return Effect.NEW_BRIEF
    return Effect.PUBLISH_AGAIN if turn.before is not turn.after else Effect.NOTHING


async def draw(session: AsyncSession, prisoner: Prisoner, turn: Turn, told: Sequence[CampaignTouched]) -> None:
    """Do what follows from a change that was just made. `told`: what was foretold of it."""
    touched = await _touched(session, prisoner, lock=life.is_freed(turn.before, turn.after))
    paused = [each.campaign for each in touched if effect(turn, each) is Effect.PAUSE]
    await hooks.tell_of_prisoner(session, prisoner, before=turn.before)
    if turn.alarm:
        await publishing.alarm(session, prisoner)
    await news.tell_freed(session, prisoner, before=turn.before)
    if life.is_back(turn.before, turn.after):
        await news.tell_no_more(session, prisoner)
    if turn.hides:
        await exposing.tell(session, prisoner, told)
    for campaign in paused:
        why = f"{prisoner.slug} is {prisoner.status.value}: take them out, publish again, and resume."
        await publishing.pause(session, campaign, trouble=why)


async def foretell(session: AsyncSession, prisoner: Prisoner, turn: Turn, *, saved: bool = False) -> Consequences:
    """Tell what the change does to each campaign that runs or is paused. Changes nothing."""
    touched = await _touched(session, prisoner, closed=turn.hides or turn.shows)
    told = [await _told(session, prisoner, each, effect(turn, each)) for each in touched]
    if turn.consent not in PUBLIC_CONSENT:
        told = exposing.with_places(told, await mentions.of(session, prisoner, [each.campaign.id for each in touched]))
    return Consequences(saved=saved, status_before=turn.before, status=turn.after, campaigns=told)


async def _touched(
    session: AsyncSession, prisoner: Prisoner, *, lock: bool = False, closed: bool = False
) -> Sequence[Touched]:
    """Return campaigns that run or are paused, and where it matters the closed ones too."""
    statuses = (*RUNNING, CampaignStatus.CLOSED) if closed else RUNNING
    people = sa.select(sa.func.count()).where(col(CampaignPrisoner.campaign_id) == col(Campaign.id)).scalar_subquery()
    about = sa.select(col(CampaignPrisoner.campaign_id)).where(col(CampaignPrisoner.prisoner_id) == prisoner.id)
    which = select(Campaign, people).where(col(Campaign.id).in_(about), col(Campaign.status).in_(statuses))
    which = which.order_by(col(Campaign.id))
    locked = which.with_for_update(key_share=True, of=Campaign).execution_options(populate_existing=True)
    found = await session.exec(locked if lock else which)
    return [Touched(each, each.organisation_id == prisoner.organisation_id, n == 1) for each, n in found]


async def _told(session: AsyncSession, prisoner: Prisoner, touched: Touched, effect_: Effect) -> CampaignTouched:
    campaign = touched.campaign
    letters, people = await _waiting(session, campaign.id, prisoner.id) if effect_ in STOPS else ({}, 0)
    return CampaignTouched(
        campaign=campaign.slug,
        status=campaign.status,
        effect=effect_,
        in_words=IN_WORDS[effect_],
        letters=letters,
        notices=people if effect_ in TELLS else 0,
    )


async def _waiting(
    session: AsyncSession, campaign_id: uuid.UUID, prisoner_id: uuid.UUID
) -> tuple[dict[Stage, int], int]:
    """Return how many letters about a prisoner have not left, and how many submissions they are of."""
    which = (col(Letter.campaign_id) == campaign_id, news.about(prisoner_id))
    by_stage = sa.select(col(Letter.stage), sa.func.count()).where(*which, col(Letter.stage).in_(WAITING))
    people = sa.select(sa.func.count(sa.distinct(col(Letter.submission_id))))
    ((n,),) = await rows(session, people.where(*which, col(Letter.stage).in_(CONFIRMED)))
    return {stage: count for stage, count in await rows(session, by_stage.group_by(col(Letter.stage)))}, int(n)  # noqa: C416 - rows to a dict
