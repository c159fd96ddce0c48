"""A joint letter as rows: a submission of the organisation itself, which counts nobody, and letters of their kind."""

import json

from app.composing.sender import Supporter
from app.models.columns import day_in, uuid7
from app.models.delivery import Delivery
from app.models.letter import Letter, LetterKind, Stage
from app.models.office import Channel
from app.models.submission import CONSENT_WORDING, Submission
from app.services.endorsing.plans import NOWHERE, Planned, Undertaking
from app.services.handing_in import letters
from app.services.sealing import Keys


def submission(keys: Keys, undertaking: Undertaking, *, reply_to: str | None) -> Submission:
    """Return what stands where a supporter's would: the organisation, confirmed by its organiser's deed."""
    id_ = uuid7()
    organisation = Supporter(undertaking.brief.organisation, reply_to or "", NOWHERE)
    return Submission(
        id=id_,
        campaign_id=undertaking.campaign.id,
        sealed=keys.seal(json.dumps([organisation._asdict(), {}]).encode(), about=id_),
        digest=undertaking.digest,
        country=NOWHERE,
        language=undertaking.brief.languages[0],
        consent_wording=CONSENT_WORDING,
        created_at=undertaking.at,
        confirmed_at=undertaking.at,
    )


def letter(undertaking: Undertaking, of: Submission, planned: Planned) -> Letter:
    """Return the letter to one office. That its digest, office and round stand once, the database sees to."""
    campaign, at = undertaking.campaign, undertaking.at
    return Letter.model_validate(
        {
            "id": uuid7(),
            "submission_id": of.id,
            "campaign_id": campaign.id,
            "brief_id": campaign.brief_id,
            "office_id": planned.office.id,
            "country": NOWHERE,
            "language": planned.language,
            "channel": planned.channel,
            "kind": LetterKind.JOINT,
            "stage": Stage.QUEUED if planned.channel is Channel.EMAIL else Stage.READY,
            "stage_on": day_in(campaign.timezone, at),
            "seed": letters.seed_of(undertaking.digest, planned.office.id, undertaking.round),
            "digest": undertaking.digest,
            "round": undertaking.round,
            "created_at": at,
            "moved_at": at,
        }
    )


def delivery(row: Letter) -> Delivery:
    """Return the journey of a letter by e-mail: due at once, behind what its office's stream has before it."""
    return Delivery(
        submission_id=row.submission_id,
        letter_id=row.id,
        campaign_id=row.campaign_id,
        office_id=row.office_id,
        due_at=row.created_at,
    )
