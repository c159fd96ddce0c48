"""Links in mails to organisers: to join an organisation, and to choose a new password. Each is good once.

The token is derived from the row's id, as supporters' are: the database holds nothing that opens anything.
"""

import base64
import binascii
import hmac
import uuid
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.errors import Gone, NotFound
from app.models.account import Account, Joining, ResetPassword, ResetRequest
from app.models.account_link import AccountLink, InvitationCreate, InvitationPublic, Purpose
from app.models.columns import now, uuid7
from app.models.organisation import Organisation, Organiser, OrganiserPublic
from app.services.sealing import MAC_BYTES, Keys
from app.services.team import accounts, audit, organisers, throttle
from app.services.team.access import Access
from app.services.team.passwords import Passwords

TIME_TO_JOIN = timedelta(days=7)
TIME_TO_RESET = timedelta(hours=1)
MOST_RESETS = 3  # mails to one address in a throttle's span


async def invite(session: AsyncSession, keys: Keys, owner: Organiser, body: InvitationCreate) -> InvitationPublic:
    """Invite somebody by mail. Whether the address has an account, only its owner learns."""
    organisation = owner.organisation_id
    await throttle.count(session, keys, b"invite", organisation.bytes, most=throttle.BY_ORGANISATION, at=now())
    link = _link(keys, Purpose.JOIN, body.email, life=TIME_TO_JOIN)
    link.organisation_id, link.role = organisation, body.role
    session.add(link)
    await session.flush()
    return _show(keys, link)


async def invitations(session: AsyncSession, keys: Keys, owner: Organiser) -> list[InvitationPublic]:
    """Return the organisation's invitations that are open, newest first."""
    found = await session.exec(
        select(AccountLink)
        .where(AccountLink.organisation_id == owner.organisation_id, *_open(Purpose.JOIN))
        .order_by(col(AccountLink.id).desc())
    )
    return [_show(keys, link) for link in found]


async def take_back(session: AsyncSession, owner: Organiser, link_id: uuid.UUID) -> None:
    """End an invitation that nobody has used."""
    link = await session.get(AccountLink, link_id, with_for_update=True)
    if link is None or link.organisation_id != owner.organisation_id or link.used_at:
        raise NotFound("There is no open invitation with this id.")
    link.used_at, link.due_at = now(), None


async def join(database: Database, keys: Keys, passwords: Passwords, token: str, body: Joining) -> OrganiserPublic:
    """Accept an invitation: the account is of the address to which it was sent."""
    await look(database, keys, token, Purpose.JOIN)
    password_hash = await passwords.hash(body.password)
    async with database.transaction() as session:
        link = await _use(session, keys, token, Purpose.JOIN)
        if link.organisation_id is None or link.role is None:
            raise _unknown()
        organisation = await session.get_one(Organisation, link.organisation_id)
        organiser = await organisers.add(session, organisation, name=body.name, role=link.role)
        account = await accounts.make(
            session, keys, organiser, email=address_of(keys, link), password_hash=password_hash
        )
        return organisers.show(keys, organiser, account)


async def request_reset(session: AsyncSession, keys: Keys, body: ResetRequest, *, network: str) -> None:
    """Take the wish for a new password down, the same for every address: the worker looks up whether it is known."""
    digest = keys.digest_of_email(body.email)
    await throttle.count(session, keys, b"reset", network.encode(), most=throttle.BY_NETWORK, at=now())
    await throttle.count(session, keys, b"reset", digest, most=MOST_RESETS, at=now())
    session.add(_link(keys, Purpose.RESET, body.email, life=TIME_TO_RESET))


async def link_to_reset(session: AsyncSession, keys: Keys, account: Account) -> str:
    """Return the token of a link to a new password that no mail carries: an operator hands it over."""
    email = keys.open(account.sealed_email, about=account.organiser_id).decode()
    link = _link(keys, Purpose.RESET, email, life=TIME_TO_RESET)
    link.due_at = None
    session.add(link)
    await session.flush()
    return token_for(keys, link)


async def reset(database: Database, keys: Keys, passwords: Passwords, token: str, body: ResetPassword) -> None:
    """Choose a new password by a link. All sessions end; the second factor stays."""
    await look(database, keys, token, Purpose.RESET)
    password_hash = await passwords.hash(body.password)
    async with database.transaction() as session:
        link = await _use(session, keys, token, Purpose.RESET)
        account = await accounts.by_digest(session, link.digest)
        if account is None:
            raise _unknown()
        organiser = await session.get_one(Organiser, account.organiser_id)
        audit.on_behalf(session, lambda: Access(organiser, organiser.role))
        await accounts.set_password(session, account, password_hash)
        others = col(AccountLink.digest) == link.digest, *_open(Purpose.RESET)
        await session.exec(sa.update(AccountLink).where(*others).values(used_at=now(), due_at=None))


async def look(database: Database, keys: Keys, token: str, purpose: Purpose | None = None) -> Purpose:
    """Return what a link is for, if it can still be used. Changes nothing."""
    async with database.reading() as session:
        link = await session.get(AccountLink, _id_in(keys, token))
    return _usable(link, purpose).purpose


def token_for(keys: Keys, link: AccountLink) -> str:
    return base64.urlsafe_b64encode(link.id.bytes + _mac(keys, link.id)).rstrip(b"=").decode()


def address_of(keys: Keys, link: AccountLink) -> str:
    return keys.open(link.sealed_email, about=link.id).decode()


def _link(keys: Keys, purpose: Purpose, email: str, *, life: timedelta) -> AccountLink:
    link_id, at = uuid7(), now()
    return AccountLink(
        id=link_id,
        purpose=purpose,
        digest=keys.digest_of_email(email),
        sealed_email=keys.seal(email.encode(), about=link_id),
        expires_at=at + life,
        due_at=at,
    )


async def _use(session: AsyncSession, keys: Keys, token: str, purpose: Purpose) -> AccountLink:
    """Return a link's row, used from now on."""
    found = await session.get(AccountLink, _id_in(keys, token), with_for_update=True)
    link = _usable(found, purpose)
    link.used_at, link.due_at = now(), None
    await session.flush()
    return link


def _usable(link: AccountLink | None, purpose: Purpose | None) -> AccountLink:
    if link is None or (purpose and link.purpose is not purpose):
        raise _unknown()
    if link.used_at or link.expires_at < now():
        raise Gone("This link was used, was taken back, or has run out. Ask for another one.")
    return link


def _open(purpose: Purpose) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(AccountLink.purpose) == purpose,
        col(AccountLink.used_at).is_(None),
        col(AccountLink.expires_at) > now(),
    )


def _show(keys: Keys, link: AccountLink) -> InvitationPublic:
    return InvitationPublic.model_validate({**link.model_dump(), "email": address_of(keys, link)})


def _id_in(keys: Keys, token: str) -> uuid.UUID:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        link_id = uuid.UUID(bytes=raw[:16])
    except (binascii.Error, ValueError):
        raise _unknown() from None
    if not hmac.compare_digest(raw[16:], _mac(keys, link_id)):
        raise _unknown()
    return link_id


def _mac(keys: Keys, link_id: uuid.UUID) -> bytes:
    return keys.digest(b"account link", link_id.bytes)[:MAC_BYTES]


def _unknown() -> NotFound:
    return NotFound("This link is not known. Please copy it whole, as it stands in your mail.")
