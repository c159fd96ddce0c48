"""Organisers and their keys."""

import secrets

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFound, Unauthorized
from app.models.organisation import ApiKey, Organisation, Organiser, Role
from app.services.sealing import digest_of_key

KEY_PREFIX = "uns_"


async def create(session: AsyncSession, *, organisation: str, name: str, key: str | None = None) -> str:
    """Add an owner to an organisation, made where there is none of this name; return the key, to be shown once."""
    found = (await session.exec(select(Organisation).where(Organisation.slug == _slug(organisation)))).first()
    if found is None:
        found = Organisation(slug=_slug(organisation), name=organisation)
        session.add(found)
        await session.flush()
    organiser = Organiser(organisation_id=found.id, name=name, role=Role.OWNER)
    session.add(organiser)
    await session.flush()
    key = key or KEY_PREFIX + secrets.token_urlsafe(32)
    session.add(ApiKey(organiser_id=organiser.id, digest=digest_of_key(key)))
    await session.flush()
    return key


async def by_key(session: AsyncSession, key: str) -> Organiser:
    """Return whose key this is, or refuse."""
    owner = select(Organiser).join(ApiKey, col(ApiKey.organiser_id) == col(Organiser.id))
    found = (
        await session.exec(owner.where(ApiKey.digest == digest_of_key(key), col(ApiKey.revoked_at).is_(None)))
    ).first()
    if found is None:
        raise Unauthorized("This key is not known, or it was revoked. `unsilenced organiser create` makes a new one.")
    return found


async def organisation(session: AsyncSession, slug: str | None) -> Organisation:
    """Return the organisation with this slug; without one, the only one that there is."""
    which = select(Organisation).order_by(col(Organisation.slug))
    found = (await session.exec(which.where(Organisation.slug == slug) if slug else which.limit(2))).all()
    if len(found) != 1:
        raise NotFound("There are several organisations: say which." if found else "There is no such organisation.")
    return found[0]


def _slug(name: str) -> str:
    return "-".join("".join(character if character.isalnum() else " " for character in name.casefold()).split())[:80]
