"""Accounts: made, found by their address, and opened by their password."""

import uuid

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.errors import Conflict, Invalid, invalid
from app.models.account import Account, Me, PasswordUpdate
from app.models.columns import now
from app.models.organisation import Organisation, Organiser
from app.services.sealing import Keys
from app.services.team import audit, organisers, throttle
from app.services.team.access import Access
from app.services.team.passwords import Passwords


async def make(session: AsyncSession, keys: Keys, organiser: Organiser, *, email: str, password_hash: str) -> Account:
    """Give an organiser an account. An address has one account."""
    account = Account(
        organiser_id=organiser.id,
        digest=keys.digest_of_email(email),
        sealed_email=keys.seal(email.encode(), about=organiser.id),
        password_hash=password_hash,
    )
    session.add(account)
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict("This address has an account already. Sign in with it, or use another address.") from None
    return account


async def me(session: AsyncSession, access: Access) -> Me:
    """Tell an organiser who they are here."""
    organisation = await session.get_one(Organisation, access.organiser.organisation_id)
    return Me(
        organiser_id=access.organiser.id, name=access.organiser.name, organisation=organisation.name, role=access.role
    )


async def by_digest(session: AsyncSession, digest: bytes) -> Account | None:
    """Return the account of an address, unless its organiser is disabled."""
    which = select(Account).join(Organiser).where(Account.digest == digest, col(Organiser.disabled_at).is_(None))
    return (await session.exec(which)).first()


async def opened(session: AsyncSession, checked: Account) -> Account | None:
    """Return an account again, locked, if its password is still the one that was checked."""
    account = await session.get(Account, checked.organiser_id, with_for_update=True, populate_existing=True)
    return account if account and account.password_hash == checked.password_hash else None


async def require_password(
    database: Database, keys: Keys, passwords: Passwords, organiser_id: uuid.UUID, password: str
) -> Account:
    """Return an organiser's account if this is its password, or refuse; never with a transaction open."""
    async with database.transaction() as session:
        await throttle.count(session, keys, b"password", organiser_id.bytes, most=throttle.BY_ACCOUNT, at=now())
        account = await session.get_one(Account, organiser_id)
    if not await passwords.is_right(password, account.password_hash):
        raise wrong_password()
    return account


def wrong_password() -> Invalid:
    return invalid("/password", "This is not your present password.")


async def change_password(
    database: Database, keys: Keys, passwords: Passwords, access: Access, body: PasswordUpdate
) -> None:
    """Choose another password. All sessions end, also the one that asks."""
    checked = await require_password(database, keys, passwords, access.organiser.id, body.password)
    password_hash = await passwords.hash(body.new_password)
    async with database.transaction() as session:
        audit.on_behalf(session, lambda: access)
        account = await opened(session, checked)
        if account is None:
            raise wrong_password()
        await set_password(session, account, password_hash)


async def set_password(session: AsyncSession, account: Account, password_hash: str) -> None:
    """Keep another password, and sign its owner out everywhere."""
    account.password_hash = password_hash
    await session.flush()
    await organisers.end_sessions(session, account.organiser_id)
