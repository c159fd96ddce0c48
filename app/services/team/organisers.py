"""Organisers: made, listed, changed and disabled by the owners of their organisation."""

import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, NotFound
from app.models.account import Account
from app.models.api_key import ApiKey
from app.models.columns import now
from app.models.organisation import Organisation, Organiser, OrganiserPublic, OrganiserUpdate, Role
from app.models.organiser_session import OrganiserSession
from app.services import correcting
from app.services.sealing import Keys, digest_of_key
from app.services.team import access

KEY_PREFIX = access.KEY_PREFIX


async def create(session: AsyncSession, *, organisation: str, name: str, key: str | None = None) -> str:
    """Add an owner to an organisation, made where there is none of this name; return the key, to be shown once."""
    return (await create_with_key(session, organisation=organisation, name=name, key=key))[1]


async def create_with_key(
    session: AsyncSession, *, organisation: str, name: str, key: str | None = None
) -> tuple[Organiser, str]:
    """Do the same, and return the organiser too."""
    organiser = await add(session, await organisation_named(session, organisation), name=name, role=Role.OWNER)
    key = key or access.new_token(access.KEY_PREFIX)
    session.add(ApiKey(organiser_id=organiser.id, name="the first", scope=Role.OWNER, digest=digest_of_key(key)))
    await session.flush()
    return organiser, key


async def organisation_named(session: AsyncSession, name: str) -> Organisation:
    """Return the organisation of this name, made if it is new."""
    found = (await session.exec(select(Organisation).where(Organisation.slug == _slug(name)))).first()
    if found is None:
        found = Organisation(slug=_slug(name), name=name)
        session.add(found)
        await session.flush()
    return found


async def add(session: AsyncSession, organisation: Organisation, *, name: str, role: Role) -> Organiser:
    organiser = Organiser(organisation_id=organisation.id, name=name, role=role)
    session.add(organiser)
    await session.flush()
    return organiser


async def by_key(session: AsyncSession, key: str) -> Organiser:
    """Return whose key this is, or refuse."""
    return (await access.by_token(session, key)).organiser


async def listed(session: AsyncSession, keys: Keys, organisation_id: uuid.UUID | None) -> list[OrganiserPublic]:
    """Return the organisers of one organisation, or of all, in the order in which they came."""
    which = select(Organiser, Account).join(Account, isouter=True).order_by(col(Organiser.id))
    if organisation_id:
        which = which.where(Organiser.organisation_id == organisation_id)
    return [show(keys, organiser, account) for organiser, account in await session.exec(which)]


def show(keys: Keys, organiser: Organiser, account: Account | None) -> OrganiserPublic:
    email = _address(keys, account) if account else None
    second_factor = account is not None and account.otp_since is not None
    return OrganiserPublic.model_validate({**organiser.model_dump(), "email": email, "second_factor": second_factor})


async def colleague(session: AsyncSession, owner: Organiser, organiser_id: uuid.UUID) -> Organiser:
    """Return an organiser of the owner's organisation, to be changed, while nobody else changes one of them."""
    await session.get_one(Organisation, owner.organisation_id, with_for_update=True)
    organiser = await session.get(Organiser, organiser_id, with_for_update=True)
    if organiser is None or organiser.organisation_id != owner.organisation_id:
        raise NotFound("There is no organiser with this id.")
    return organiser


async def update(session: AsyncSession, keys: Keys, organiser: Organiser, body: OrganiserUpdate) -> OrganiserPublic:
    """Change a name or a role; a new role holds from the next request."""
    await correcting.correct(session, organiser, body)
    await _require_an_owner(session, organiser.organisation_id)
    return show(keys, organiser, await session.get(Account, organiser.id))


async def disable(session: AsyncSession, organiser: Organiser) -> None:
    """End an organiser's access at once: sessions and keys. What they did stays theirs in the audit."""
    organiser.disabled_at = organiser.disabled_at or now()
    await _require_an_owner(session, organiser.organisation_id)
    await end_sessions(session, organiser.id)
    keys = await session.exec(
        select(ApiKey).where(ApiKey.organiser_id == organiser.id, col(ApiKey.revoked_at).is_(None))
    )
    for key in keys:
        key.revoked_at = now()
    await session.flush()


async def end_sessions(session: AsyncSession, organiser_id: uuid.UUID) -> None:
    """Sign an organiser out everywhere."""
    live = col(OrganiserSession.organiser_id) == organiser_id, col(OrganiserSession.revoked_at).is_(None)
    await session.exec(sa.update(OrganiserSession).where(*live).values(revoked_at=now()))


def _address(keys: Keys, account: Account) -> str | None:
    try:
        return keys.open(account.sealed_email, about=account.organiser_id).decode()
    except ValueError:  # the secret was changed; the list is needed all the same
        return None


async def _require_an_owner(session: AsyncSession, organisation_id: uuid.UUID) -> None:
    await session.flush()
    owners = select(Organiser.id).where(
        Organiser.organisation_id == organisation_id,
        Organiser.role == Role.OWNER,
        col(Organiser.disabled_at).is_(None),
    )
    if not (await session.exec(owners.limit(1))).first():
        raise Conflict("This is the organisation's last owner: make somebody else an owner first.")


async def organisation(session: AsyncSession, slug: str | None) -> Organisation:
    """Return the organisation with this slug; without one, the only one that there is."""
    which = select(Organisation).order_by(col(Organisation.slug))
    found = (await session.exec(which.where(Organisation.slug == slug) if slug else which.limit(2))).all()
    if len(found) != 1:
        raise NotFound("There are several organisations: say which." if found else "There is no such organisation.")
    return found[0]


def _slug(name: str) -> str:
    return "-".join("".join(character if character.isalnum() else " " for character in name.casefold()).split())[:80]
