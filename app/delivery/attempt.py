"""One attempt at a delivery: composed, handed to the mail server, and told as a settlement."""

import logging
import random
import re
from typing import NamedTuple

from app.composing.compose import ComposedLetter
from app.config import Settings
from app.delivery import mails, message, retry
from app.delivery.drafts import Draft
from app.delivery.envelope import Envelope
from app.delivery.mailer import Mailer
from app.delivery.message import Mail
from app.delivery.replies import AgainstPolicy, DeadAddress, Outage, Refusal, TryAgain
from app.delivery.settlement import AttemptOutcome, Settlement
from app.delivery.signing import Signer
from app.models.columns import now
from app.models.letter import Reason, Stage
from app.services import wording
from app.services.sealing import Keys

logger = logging.getLogger(__name__)

POLICY_PATIENCE = 3  # attempts that one letter gets which the server's policy refuses: time to see whether all are


class Ready(NamedTuple):
    """A draft that was composed, and may begin as long as the clock shows less than `until`."""

    draft: Draft
    mail: Mail
    envelope: Envelope
    until: float


class Attempts:
    """Makes attempts, with all that they need."""

    def __init__(self, mailer: Mailer, keys: Keys, settings: Settings, signer: Signer | None) -> None:
        self._mailer = mailer
        self._keys = keys
        self._settings = settings
        self._signer = signer

    def compose(self, draft: Draft, until: float) -> Ready | Settlement:
        """Make a draft ready. Never raises: what cannot be composed is settled."""
        try:
            mail = mails.of(draft, self._keys, self._settings)
            return Ready(draft, mail, self._envelope(draft, mail), until)
        except Exception as error:
            logger.exception("delivery %s could not be composed", draft.claim.id)
            return self._again(draft, f"not composed: {type(error).__name__}", AttemptOutcome.NOT_COMPOSED)

    async def make(self, ready: Ready, following: Ready | None) -> Settlement:
        """Send one. Never raises: whatever goes wrong is a settlement. `following` comes next, or is given up."""
        try:
            return self._sent(ready, await self._mailer.send(ready.envelope, following.envelope if following else None))
        except Refusal as error:
            error.reply = re.sub(rf"\b{re.escape(ready.mail.person)}\b", "…", error.reply)
            return self._refused(ready.draft, error)
        except Exception as error:
            logger.exception("delivery %s could not be sent", ready.draft.claim.id)
            return self._again(ready.draft, f"not sent: {type(error).__name__}", AttemptOutcome.NOT_COMPOSED)

    def give_up(self, ready: Ready, why: str) -> Settlement:
        """Give a delivery back that has not begun."""
        self._mailer.recall(ready.envelope)
        return _unspent(ready.draft, why, AttemptOutcome.NOT_BEGUN, wait=0)

    def _sent(self, ready: Ready, reply: str) -> Settlement:
        draft, mail, _, _ = ready
        letter_id = draft.claim.letter_id
        text = ComposedLetter(mail.subject, mail.body)
        sealed = wording.seal(self._keys, text, about=letter_id) if letter_id else None
        return Settlement(
            draft.claim,
            reply,
            AttemptOutcome.SENT,
            stage=Stage.SENT,
            message_id=mail.message_id,
            sealed_text=sealed,
            domain=self._domain(draft),
        )

    def _envelope(self, draft: Draft, mail: Mail) -> Envelope:
        content = message.to_bytes(mail, at=now())
        signed = self._signer.signed(content, domain=mail.sender.rpartition("@")[2]) if self._signer else content
        return Envelope(mail.returns_to or mail.sender, mail.to, signed, campaign=draft.brief.slug)

    def _refused(self, draft: Draft, error: Refusal) -> Settlement:
        match error:
            case Outage():
                wait = error.wait * (1 + retry.JITTER * _chance())
                return _unspent(draft, error.reply, AttemptOutcome.OUTAGE, wait=wait)
            case TryAgain():
                outcome = AttemptOutcome.UNCERTAIN if error.uncertain else AttemptOutcome.DEFERRED
                return self._again(draft, error.reply, outcome)
            case AgainstPolicy() if draft.claim.attempts < POLICY_PATIENCE or draft.claim.letter_id is None:
                return self._again(draft, error.reply, AttemptOutcome.AGAINST_POLICY)
            case AgainstPolicy():
                return _over(draft, error, AttemptOutcome.AGAINST_POLICY)
            case DeadAddress():
                return _over(draft, error, AttemptOutcome.DEAD_ADDRESS)
            case _:
                return _over(draft, error, AttemptOutcome.REFUSED)

    def _again(self, draft: Draft, reply: str, outcome: AttemptOutcome) -> Settlement:
        wait = retry.wait_or_give_up(
            draft.claim.attempts, tried_for=_tried_for(draft), first=self._settings.retry_first, chance=_chance()
        )
        stage, reason = (Stage.FAILED, Reason.GAVE_UP) if wait is None else (None, None)
        uncertain = outcome is AttemptOutcome.UNCERTAIN
        return Settlement(
            draft.claim, reply, outcome, stage, reason, wait=wait, uncertain=uncertain, domain=self._domain(draft)
        )

    def _domain(self, draft: Draft) -> str | None:
        """The mail domain that learns from this attempt. Supporters' domains are written down nowhere."""
        return draft.address.rpartition("@")[2].lower() if draft.address and self._settings.pacing else None


def _over(draft: Draft, error: Refusal, outcome: AttemptOutcome) -> Settlement:
    """End with a no; a letter may still find another address of its office, or another channel."""
    dead = draft.address if outcome is AttemptOutcome.DEAD_ADDRESS else None
    return Settlement(
        draft.claim,
        error.reply,
        outcome,
        stage=Stage.FAILED,
        reason=Reason.REFUSED_BY_SERVER,
        dead=dead,
        fallback=draft.fallback,
    )


def _unspent(draft: Draft, reply: str, outcome: AttemptOutcome, *, wait: float) -> Settlement:
    return Settlement(draft.claim, reply, outcome, wait=wait, spent=False)


def _tried_for(draft: Draft) -> float:
    """Return the seconds since the first attempt: outages and waiting for a slot before it do not count."""
    since = draft.claim.trying_since
    return (now() - since).total_seconds() if since else 0.0


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads the herd, guards nothing
