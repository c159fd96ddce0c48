"""What confirming decides: what leaves, what waits, and what this person has written before. Pure."""

import uuid
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import NamedTuple

from app.composing.brief import BriefContent
from app.errors import Gone
from app.models.delivery import Notice
from app.models.letter import NOT_WRITTEN, Reason, Stage
from app.models.office import Channel
from app.services import gates
from app.services.counting.stages import Standing

TIME_TO_CONFIRM = timedelta(days=7)


class Handed(NamedTuple):
    """A submission's row, as far as confirming asks for it."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    digest: bytes | None
    country: str
    language: str
    prisoner_id: uuid.UUID | None
    consent_contact: bool
    consent_copies: bool
    created_at: datetime
    confirmed_at: datetime | None
    erased_at: datetime | None


class Once(NamedTuple):
    """What one person writes once: to this office, in this round of the campaign."""

    campaign_id: uuid.UUID
    office_id: uuid.UUID
    digest: bytes | None
    round: int


class Case(NamedTuple):
    """A submission with all by which is decided about it."""

    handed: Handed
    letters: Sequence[Standing]
    brief: BriefContent
    state: gates.State
    round: int

    def once(self, letter: Standing) -> Once:
        return Once(self.handed.campaign_id, letter.office_id, self.handed.digest, self.round)


class Decision(NamedTuple):
    """What becomes of one letter."""

    letter: Standing
    once: Once
    to: Stage
    reason: Reason | None

    @property
    def is_written(self) -> bool:
        return self.to not in NOT_WRITTEN

    @property
    def wants_delivery(self) -> bool:
        return self.letter.channel is Channel.EMAIL and self.to in {Stage.QUEUED, Stage.HELD}


def decide(case: Case, written: AbstractSet[Once], *, at: datetime) -> list[Decision]:
    """Return what becomes of a submission's letters, or refuse. A pause of the campaign only holds them."""
    if at > case.handed.created_at + TIME_TO_CONFIRM:
        raise too_late()
    about = [prisoner.id for prisoner in case.brief.about(case.handed.prisoner_id)]
    here, named = case.handed.country, case.brief.named
    shut = gates.against(case.state, country=here, prisoner_ids=about, today=at.date(), named=named)
    if shut and shut is not Reason.CAMPAIGN_PAUSED:
        raise gates.refuse(shut)
    waiting = [letter for letter in case.letters if letter.stage is Stage.UNCONFIRMED]
    if not waiting:
        raise stopped()
    return [_decision(case, letter, shut, written) for letter in waiting]


def thanks(case: Case, decided: Sequence[Decision]) -> Notice | None:
    """Return how a supporter is told that their letters have left: with a copy, or in two lines, or not at all."""
    if not any(each.wants_delivery for each in decided):
        return None
    if case.handed.consent_copies:
        return Notice.COPY
    return Notice.THANKS if case.handed.consent_contact else None


def stopped() -> Gone:
    """Return the answer where there is nothing left to confirm."""
    return Gone("These letters were stopped before they were confirmed. Nothing was sent.")


def too_late() -> Gone:
    """Return the answer when the time to confirm is over."""
    return Gone("This link was good for seven days. Please hand your letters in once more.")


def _decision(case: Case, letter: Standing, shut: Reason | None, written: AbstractSet[Once]) -> Decision:
    once = case.once(letter)
    if once in written:
        return Decision(letter, once, Stage.CANCELLED, Reason.DUPLICATE)
    reason = shut or gates.against_office(case.state, letter.office_id, letter.channel)
    if reason in {None, Reason.CAMPAIGN_PAUSED} and letter.reason is Reason.MODERATION:
        reason = Reason.MODERATION  # whole texts of supporters' own wait for an organiser
    return Decision(letter, once, _next(letter, reason), reason)


def _next(letter: Standing, reason: Reason | None) -> Stage:
    if reason in {Reason.CAMPAIGN_PAUSED, Reason.MODERATION}:
        return Stage.HELD
    if reason is not None:
        return Stage.CANCELLED
    return Stage.QUEUED if letter.channel is Channel.EMAIL else Stage.READY
