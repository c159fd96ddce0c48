"""Signing in and out. A wrong address and a wrong password are answered alike, in words and time."""

import uuid
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.database import Database
from app.errors import NotFound, Unauthorized
from app.models.account import Account, SignIn
from app.models.columns import now
from app.models.organiser_session import OrganiserSession, OrganiserSessionPublic, TokenShown
from app.services.sealing import Keys, digest_of_key
from app.services.team import accounts, second_factor, throttle
from app.services.team.access import SESSION_PREFIX, Access, new_token
from app.services.team.passwords import Passwords

LIFE = timedelta(hours=8)


async def sign_in(database: Database, keys: Keys, passwords: Passwords, body: SignIn, *, network: str) -> TokenShown:
    """Return a session's token for address, password and, where it is asked for, the second factor."""
    digest = keys.digest_of_email(body.email)
    async with database.transaction() as session:
        await throttle.count(session, keys, b"sign-in", network.encode(), most=throttle.BY_NETWORK, at=now())
        await throttle.count(session, keys, b"sign-in", digest, most=throttle.BY_ACCOUNT, at=now())
        account = await accounts.by_digest(session, digest)
    right = await passwords.is_right(body.password, account.password_hash if account else None)
    if account is None or not right:
        raise _refused()
    async with database.transaction() as session:
        return await _begin(session, keys, account, body.otp)


async def _begin(session: AsyncSession, keys: Keys, checked: Account, otp: str | None) -> TokenShown:
    account = await accounts.opened(session, checked)
    if account is None:
        raise _refused()
    if account.otp_since:
        await second_factor.require(session, keys, account, otp)
    token, expires_at = new_token(SESSION_PREFIX), now() + LIFE
    session.add(OrganiserSession(organiser_id=account.organiser_id, digest=digest_of_key(token), expires_at=expires_at))
    return TokenShown(access_token=token, expires_at=expires_at)


async def listed(session: AsyncSession, access: Access) -> list[OrganiserSessionPublic]:
    """Return the organiser's sessions that are live, newest first."""
    own = _live(access).order_by(col(OrganiserSession.id).desc())
    return [
        OrganiserSessionPublic.model_validate({**row.model_dump(), "this": row.id == access.session_id})
        for row in await session.exec(own)
    ]


async def end(session: AsyncSession, access: Access, session_id: uuid.UUID | None) -> None:
    """End one of the organiser's sessions, from this instant."""
    found = (await session.exec(_live(access).where(OrganiserSession.id == session_id))).first()
    if found is None:
        raise NotFound("You have no session with this id.")
    found.revoked_at = now()


def _live(access: Access) -> SelectOfScalar[OrganiserSession]:
    return select(OrganiserSession).where(
        OrganiserSession.organiser_id == access.organiser.id,
        col(OrganiserSession.revoked_at).is_(None),
        col(OrganiserSession.expires_at) > now(),
    )


def _refused() -> Unauthorized:
    return Unauthorized("The address or the password is not right.")
