"""Who sends a bearer token, and what they may do with it: one indexed read, so that what is revoked ends at once."""

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Forbidden, Unauthorized
from app.models.api_key import ApiKey
from app.models.columns import now
from app.models.organisation import Organiser, Role
from app.models.organiser_session import OrganiserSession
from app.services.sealing import digest_of_key

KEY_PREFIX, SESSION_PREFIX = "uns_", "unss_"
TOKEN_BYTES = 32
NEEDS = {
    Role.ANALYST: "This is for organisers.",
    Role.EDITOR: "This needs the role editor or owner.",
    Role.OWNER: "This needs the role owner.",
}


@dataclass(frozen=True, slots=True)
class Access:
    """An organiser as they come in. `role`: the most they may do, which an API key may narrow."""

    organiser: Organiser
    role: Role
    session_id: uuid.UUID | None = None
    api_key_id: uuid.UUID | None = None

    def require(self, role: Role) -> Organiser:
        """Return the organiser if they may do what a role may, or refuse."""
        if not self.role.includes(role):
            raise Forbidden(f"{NEEDS[role]} You have the role {self.role.value} here.")
        return self.organiser


def new_token(prefix: str) -> str:
    """Return a bearer token of 256 random bits."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


async def by_token(session: AsyncSession, token: str) -> Access:
    """Return whose token this is, or refuse. Revoked, run out, disabled and never ours are answered alike."""
    if token.startswith(SESSION_PREFIX):
        return await _by_session(session, token)
    which = select(Organiser, ApiKey.id, ApiKey.scope).join(ApiKey, col(ApiKey.organiser_id) == col(Organiser.id))
    found = (await session.exec(which.where(*_live(ApiKey, token)))).first()
    if found is None:
        raise _unknown()
    organiser, api_key_id, scope = found
    return Access(organiser, organiser.role.at_most(Role(scope)), api_key_id=api_key_id)


async def _by_session(session: AsyncSession, token: str) -> Access:
    which = select(Organiser, OrganiserSession.id).join(
        OrganiserSession, col(OrganiserSession.organiser_id) == col(Organiser.id)
    )
    found = (await session.exec(which.where(*_live(OrganiserSession, token)))).first()
    if found is None:
        raise _unknown()
    organiser, session_id = found
    return Access(organiser, organiser.role, session_id=session_id)


def _live(table: type[ApiKey] | type[OrganiserSession], token: str) -> tuple[ColumnElement[bool], ...]:
    expires_at = col(table.expires_at)
    return (
        col(table.digest) == digest_of_key(token),
        col(table.revoked_at).is_(None),
        expires_at.is_(None) | (expires_at > now()),
        col(Organiser.disabled_at).is_(None),
    )


def _unknown() -> Unauthorized:
    return Unauthorized("This key or session is not known, has run out, or was revoked. Please sign in again.")
