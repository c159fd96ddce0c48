"""What a supporter is offered before they write: to whom, and what would stand there. Pure."""

import uuid

from app.composing import recipients, sender
from app.composing.recipients import Recipient, choose
from app.models.letter import Reason
from app.models.offer import NotOffered, Offer, OfferedArgument, OfferedOffice, Preview
from app.models.official import Holder
from app.models.submission import SubmissionCreate
from app.services import gates
from app.services.handing_in import letters, own_parts
from app.services.handing_in.letters import NEEDS_ADDRESS, plan, seed_of
from app.services.sealing import Keys
from app.services.situations import Situation


def offer(there: Situation, holders: dict[uuid.UUID, Holder], *, country: str, language: str) -> Offer:
    """To whom a supporter living in this country would write, or why to nobody."""
    about = [prisoner.id for prisoner in there.brief.prisoners]
    if shut := gates.against(there.state, country=country, prisoner_ids=about, today=there.today):
        return Offer(items=[], nobody_because=gates.WORDS[shut])
    open_ = [
        each
        for each in choose(there.brief, country=country, language=language, written=there.written)
        if gates.against_office(there.state, each.office.id, each.channel) is None
    ]
    arguments = own_parts.arguments(there.brief, open_, language)
    missing = recipients.missing(there.brief, country=country)
    return Offer(
        items=[_offered(each, holders, language=language) for each in open_],
        at_most=there.brief.at_most,
        arguments=[OfferedArgument(key=key, label=label) for key, label in arguments.items()],
        missing=[NotOffered(office=office, because=because) for office, because in missing],
        nobody_because=None if open_ else gates.WORDS[Reason.NOBODY],
    )


def preview(there: Situation, holders: dict[uuid.UUID, Holder], keys: Keys, body: SubmissionCreate) -> Preview:
    """Compose the letters as they would go out."""
    planned = plan(there, body)
    digest = keys.digest_of_email(body.supporter.email)
    return Preview(
        letters=[
            letters.preview(
                planned, each, holders.get(each.office.id), body, seed_of(digest, each.office.id, planned.round)
            )
            for each in planned.recipients
        ]
    )


def _offered(recipient: Recipient, holders: dict[uuid.UUID, Holder], *, language: str) -> OfferedOffice:
    holder = holders.get(recipient.office.id)
    return OfferedOffice(
        office_id=recipient.office.id,
        office=recipient.office.title_in(language),
        kind=recipient.office.kind,
        holder=holder.names.get(language, holder.name) if holder else None,
        language=recipient.language,
        channel=recipient.channel,
        needs=list(sender.ADDRESS) if recipient.office.needs_address else [],
        why=_why(recipient),
    )


def _why(recipient: Recipient) -> str | None:
    if recipient.office.needs_address:
        return NEEDS_ADDRESS
    return "There is none for your country: this is the nearest." if recipient.nearest_to else None
