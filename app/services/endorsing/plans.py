"""Which offices the joint letter goes to, how, and why to others it does not."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import joint
from app.composing.brief import BriefContent, BriefOffice
from app.composing.joint import Endorser
from app.errors import FieldError, Invalid
from app.models.campaign import Campaign
from app.models.letter import WRITTEN, Letter, Reason
from app.models.office import Channel
from app.services import gates

NOWHERE = "ZZ"  # Unicode's region for what has no country: the organisations come from many


@dataclass(frozen=True, slots=True)
class Undertaking:
    """One joint letter: of whom, from which brief, in which round. `digest` stands for all that sign."""

    campaign: Campaign
    brief: BriefContent
    signed: tuple[Endorser, ...]
    digest: bytes
    round: int
    at: datetime


class Planned(NamedTuple):
    """The letter to one office before it exists, or why there is none."""

    office: BriefOffice
    language: str | None
    channel: Channel | None
    reason: Reason | None


async def plan(session: AsyncSession, undertaking: Undertaking, office_ids: list[uuid.UUID] | None) -> list[Planned]:
    """Ask the gates for each office, and choose language and channel."""
    brief = undertaking.brief
    offices = _chosen(brief, office_ids)
    about = [prisoner.id for prisoner in brief.prisoners]
    ids = [office.id for office in offices]
    state = await gates.state(session, undertaking.campaign, prisoner_ids=about, office_ids=ids)
    shut = gates.against(state, country=NOWHERE, prisoner_ids=about, today=undertaking.at.date())
    before = await _written_before(session, undertaking)
    return [_planned(brief, state, office, Reason.DUPLICATE if office.id in before else shut) for office in offices]


def _chosen(brief: BriefContent, office_ids: Collection[uuid.UUID] | None) -> list[BriefOffice]:
    errors = [
        FieldError(f"/office_ids/{n}", "The campaign does not write to this office.")
        for n, office_id in enumerate(office_ids or [])
        if brief.office(office_id) is None
    ]
    if errors:
        raise Invalid("Some offices are not the campaign's.", errors=errors)
    return [office for office in brief.offices if office_ids is None or office.id in office_ids]


def _planned(brief: BriefContent, state: gates.State, office: BriefOffice, shut: Reason | None) -> Planned:
    """Choose how one office is written to. Web forms are left out: there is no supporter to fill them in."""
    in_use, reachable = state.offices.get(office.id, (False, False))
    usable = {Channel.EMAIL: reachable, Channel.POST: bool(office.postal_address)}
    channel = next((each for each in office.channels if usable.get(each)), None)
    language = joint.language_for(brief, office)
    reasons = {
        shut: shut is not None,
        Reason.OFFICE_NOT_IN_USE: not in_use,
        Reason.NO_ADDRESS: channel is None,
        Reason.NO_LANGUAGE: language is None,
    }
    return Planned(office, language, channel, next((reason for reason, holds in reasons.items() if holds), None))


async def _written_before(session: AsyncSession, undertaking: Undertaking) -> set[uuid.UUID]:
    """Return the offices to which the joint letter has gone, or is going, in this round."""
    which = select(Letter.office_id).where(
        Letter.campaign_id == undertaking.campaign.id,
        Letter.digest == undertaking.digest,
        Letter.round == undertaking.round,
        WRITTEN,
    )
    return set(await session.exec(which))
