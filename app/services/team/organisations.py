"""What an organisation has decided for all its campaigns."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.organisation import Organisation, OrganisationPublic, OrganisationUpdate, Organiser
from app.services.team import audit


async def read(session: AsyncSession, organiser: Organiser) -> OrganisationPublic:
    """Return the organiser's organisation."""
    return _public(await session.get_one(Organisation, organiser.organisation_id))


async def update(session: AsyncSession, owner: Organiser, body: OrganisationUpdate) -> OrganisationPublic:
    """Change what is sent, and have it written down."""
    organisation = await session.get_one(Organisation, owner.organisation_id, with_for_update={"key_share": True})
    before, after = organisation.two_person_review, body.two_person_review
    audit.note(session, organisation, {"two_person_review": (before, after)})
    organisation.two_person_review = after
    await session.flush()
    return _public(organisation)


def _public(organisation: Organisation) -> OrganisationPublic:
    return OrganisationPublic.model_validate(organisation.model_dump())
