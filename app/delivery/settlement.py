"""How one attempt ended."""

from enum import StrEnum
from typing import NamedTuple

from app.delivery.claims import Claim
from app.models.letter import Reason, Stage
from app.models.office import Channel


class AttemptOutcome(StrEnum):
    """How an attempt ended, for counting."""

    SENT = "sent"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    AGAINST_POLICY = "against_policy"
    DEAD_ADDRESS = "dead_address"
    OUTAGE = "outage"
    NOT_COMPOSED = "not_composed"
    NOT_BEGUN = "not_begun"


class Settlement(NamedTuple):
    """What became of a claim. `wait`: seconds until the next attempt; None: it is over, and `stage` says how."""

    claim: Claim
    reply: str
    outcome: AttemptOutcome
    stage: Stage | None = None
    reason: Reason | None = None
    wait: float | None = None
    uncertain: bool = False
    message_id: str | None = None
    sealed_text: bytes | None = None
    spent: bool = True  # whether this counts as an attempt
    domain: str | None = None  # of the office's address
    dead: str | None = None  # an address at which nobody is
    fallback: Channel | None = None  # by which the office takes letters otherwise
