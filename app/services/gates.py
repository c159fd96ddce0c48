"""May this be written now? Asked at preview, submission, confirmation and sending."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.candidates import live_address
from app.errors import Closed
from app.models.campaign import CampaignStatus
from app.models.columns import now
from app.models.letter import Letter, Reason
from app.models.office import Channel, Office
from app.models.prisoner import FREE_OR_DEAD, PUBLIC_CONSENT, Consent, Prisoner, PrisonerStatus
from app.rows.asking import among, table_of
from app.rows.prepared import Prepared

WORDS: dict[Reason, str] = {
    Reason.CAMPAIGN_PAUSED: "The campaign is paused. Please come back later: nothing more needs to be sent for now.",
    Reason.CAMPAIGN_CLOSED: "The campaign is closed. Thank you: nobody needs to write any more.",
    Reason.TOO_LATE: "The campaign's closing date has passed. Thank you: nobody needs to write any more.",
    Reason.NOT_YET_OPEN: "The campaign has not begun yet.",
    Reason.PRISONER_FREE_OR_DEAD: "What these letters say of a person is no longer true, so nobody writes for now.",
    Reason.NO_CONSENT: "These letters are stopped: there is no consent to write about this person.",
    Reason.COUNTRY_REFUSED: "For your own safety, nobody writes in this campaign from the country where you live.",
    Reason.NOBODY: "There is no office to which one would write from where you live.",
    Reason.NO_ADDRESS: "We have no address at which this office can be reached at the moment.",
    Reason.OFFICE_NOT_IN_USE: "This office takes no letters at the moment.",
}


class Gated(Protocol):
    """A campaign, as far as the gates look at it."""

    @property
    def status(self) -> CampaignStatus: ...
    @property
    def opens_on(self) -> date | None: ...
    @property
    def closes_on(self) -> date | None: ...
    @property
    def refused_countries(self) -> list[str]: ...


class Around(NamedTuple):
    """What the gates look at beside campaigns."""

    prisoners: dict[uuid.UUID, tuple[PrisonerStatus, Consent]]
    offices: dict[uuid.UUID, tuple[bool, bool]]  # in use, reachable by e-mail


@dataclass(frozen=True, slots=True)
class State:
    """What the gates look at, as it stands in the database now."""

    campaign: Gated
    prisoners: dict[uuid.UUID, tuple[PrisonerStatus, Consent]]
    offices: dict[uuid.UUID, tuple[bool, bool]]


async def state(
    session: AsyncSession, campaign: Gated, *, prisoner_ids: Collection[uuid.UUID], office_ids: Collection[uuid.UUID]
) -> State:
    """Read what the gates look at."""
    return State(campaign, *await around(session, prisoner_ids=prisoner_ids, office_ids=office_ids))


async def around(
    session: AsyncSession, *, prisoner_ids: Collection[uuid.UUID], office_ids: Collection[uuid.UUID]
) -> Around:
    """Read what the gates look at beside campaigns."""
    prisoners: dict[uuid.UUID, tuple[PrisonerStatus, Consent]] = {}
    offices: dict[uuid.UUID, tuple[bool, bool]] = {}
    found = await _around.rows(session, prisoner_ids=list(prisoner_ids), office_ids=list(office_ids))
    for id_, status, consent, in_use, emails in found:
        if status is not None:
            prisoners[id_] = status, consent
        else:
            offices[id_] = in_use, live_address(emails) is not None
    return Around(prisoners, offices)


@Prepared
def _around(
    session: AsyncSession, prisoner_ids: list[uuid.UUID], office_ids: list[uuid.UUID]
) -> sa.CompoundSelect[Any]:
    """Prisoners and offices in one round trip: each leaves empty what only the other has."""
    people, posts = table_of(Prisoner).c, table_of(Office).c
    no_office = sa.type_coerce(sa.null(), posts.in_use.type), sa.type_coerce(sa.null(), posts.emails.type)
    of_people = sa.select(people.id, people.status, people.consent, *no_office)
    of_posts = sa.select(posts.id, sa.null(), sa.null(), posts.in_use, posts.emails)
    return sa.union_all(
        of_people.where(among(session, people.id, prisoner_ids)), of_posts.where(among(session, posts.id, office_ids))
    )


def against(
    state: State, *, country: str, prisoner_ids: Iterable[uuid.UUID], today: date, named: Iterable[uuid.UUID] = ()
) -> Reason | None:
    """Return why nothing may be written about these prisoners from this country, or None.

    `named`: all whom the brief names. Its demands may name those, too, whom a letter is not about.
    """
    campaign = state.campaign
    deleted = (PrisonerStatus.UNKNOWN, Consent.WITHDRAWN)
    prisoners = [state.prisoners.get(prisoner_id, deleted) for prisoner_id in prisoner_ids]
    hidden = [each for each in named if state.prisoners.get(each, deleted)[1] not in PUBLIC_CONSENT]
    gates = {  # a pause comes last: it only holds what the others would stop for good
        Reason.CAMPAIGN_CLOSED: campaign.status in {CampaignStatus.DRAFT, CampaignStatus.CLOSED},
        Reason.TOO_LATE: campaign.closes_on is not None and today > campaign.closes_on,
        Reason.NOT_YET_OPEN: campaign.opens_on is not None and today < campaign.opens_on,
        Reason.COUNTRY_REFUSED: country in campaign.refused_countries,
        Reason.NO_CONSENT: bool(hidden) or any(consent not in PUBLIC_CONSENT for _, consent in prisoners),
        Reason.PRISONER_FREE_OR_DEAD: any(status in FREE_OR_DEAD for status, _ in prisoners),
        Reason.CAMPAIGN_PAUSED: campaign.status is CampaignStatus.PAUSED,
    }
    return next((reason for reason, shut in gates.items() if shut), None)


def against_office(state: State, office_id: uuid.UUID, channel: Channel) -> Reason | None:
    """Return why nothing may be written to this office by this channel, or None."""
    in_use, reachable = state.offices.get(office_id, (False, False))
    if not in_use:
        return Reason.OFFICE_NOT_IN_USE
    return Reason.NO_ADDRESS if channel is Channel.EMAIL and not reachable else None


async def ask(session: AsyncSession, campaign: Gated, brief: BriefContent, letter: Letter) -> None:
    """Refuse with the reason if this letter must not be written now."""
    about = [prisoner.id for prisoner in brief.about(letter.prisoner_id)]
    now_ = await state(session, campaign, prisoner_ids=brief.named, office_ids=[letter.office_id])
    shut = against(now_, country=letter.country, prisoner_ids=about, today=now().date(), named=brief.named)
    if reason := shut or against_office(now_, letter.office_id, letter.channel):
        raise refuse(reason)


def refuse(reason: Reason) -> Closed:
    """Return the refusal in words for a supporter."""
    return Closed(WORDS[reason], reason=reason)
