"""The second factor: codes by time (RFC 6238), each good once, and recovery codes for when the device is lost."""

import base64
import hmac
import os
import uuid
from datetime import datetime

import pyotp
import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.errors import Conflict, SecondFactor, Unauthorized, invalid
from app.models.account import (
    Account,
    RecoveryCode,
    RecoveryCodes,
    SecondFactorBegin,
    SecondFactorConfirm,
    SecondFactorOffer,
    SecondFactorRemove,
)
from app.models.columns import now
from app.models.organisation import Organiser
from app.services.sealing import Keys
from app.services.team import accounts, audit
from app.services.team.access import Access
from app.services.team.passwords import Passwords

STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be off
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits, behind a password and a limit on trying
ISSUER = "Unsilenced"


async def begin(
    database: Database, keys: Keys, passwords: Passwords, access: Access, body: SecondFactorBegin
) -> SecondFactorOffer:
    """Offer a new secret. It is asked for only when a code of it has been shown once."""
    checked = await accounts.require_password(database, keys, passwords, access.organiser.id, body.password)
    secret = pyotp.random_base32()
    async with database.transaction() as session:
        audit.on_behalf(session, lambda: access)
        account = await _account(session, checked.organiser_id)
        if account.otp_since:
            raise Conflict("There is a second factor already. Remove it before you set up another.")
        account.sealed_otp = keys.seal(secret.encode(), about=account.organiser_id)
        email = keys.open(account.sealed_email, about=account.organiser_id).decode()
    return SecondFactorOffer(secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))


async def confirm(session: AsyncSession, keys: Keys, organiser: Organiser, body: SecondFactorConfirm) -> RecoveryCodes:
    """Ask for codes from now on; return recovery codes, to be shown once."""
    account = await _account(session, organiser.id)
    if account.sealed_otp is None or account.otp_since:
        raise Conflict("There is no second factor to be confirmed.")
    if not _take(keys, account, body.otp, at=now()):
        raise invalid("/otp", "This code is not right, or no longer. Is the device's clock right?")
    account.otp_since = now()
    codes = [base64.b32encode(os.urandom(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(organiser_id=organiser.id, digest=_digest(keys, code)) for code in codes)
    await session.flush()
    return RecoveryCodes(recovery_codes=["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes])


async def require(session: AsyncSession, keys: Keys, account: Account, otp: str | None) -> None:
    """Refuse without a fresh code, or a recovery code, which is then spent. The account is locked."""
    if not otp:
        raise SecondFactor("The password is right. Send the code of your second factor as `otp` too.")
    if not _take(keys, account, otp, at=now()) and not await _spend(session, keys, account, otp):
        raise Unauthorized("The code is not right, or was used already.")


async def remove(
    database: Database, keys: Keys, passwords: Passwords, access: Access, body: SecondFactorRemove
) -> None:
    """Ask for no codes any more; that takes the password and a code."""
    await accounts.require_password(database, keys, passwords, access.organiser.id, body.password)
    async with database.transaction() as session:
        audit.on_behalf(session, lambda: access)
        account = await _account(session, access.organiser.id)
        if account.otp_since is None:
            raise Conflict("There is no second factor.")
        await require(session, keys, account, body.otp)
        await drop(session, account)


async def drop(session: AsyncSession, account: Account) -> None:
    """Take the second factor off an account, with its recovery codes."""
    account.sealed_otp, account.otp_since = None, None
    await session.flush()
    await session.exec(sa.delete(RecoveryCode).where(col(RecoveryCode.organiser_id) == account.organiser_id))


def _take(keys: Keys, account: Account, otp: str, *, at: datetime) -> bool:
    """Tell whether the code is right now and was not used before; if so, it is used."""
    if account.sealed_otp is None:
        return False
    totp = pyotp.TOTP(keys.open(account.sealed_otp, about=account.organiser_id).decode())
    present = int(at.timestamp()) // STEP
    for step in range(present - DRIFT, present + DRIFT + 1):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), otp.strip().encode())
        if right and step > account.otp_step:
            account.otp_step = step
            return True
    return False


async def _spend(session: AsyncSession, keys: Keys, account: Account, code: str) -> bool:
    own = col(RecoveryCode.organiser_id) == account.organiser_id, col(RecoveryCode.digest) == _digest(keys, code)
    spent = await session.exec(sa.delete(RecoveryCode).where(*own).returning(col(RecoveryCode.digest)))
    return spent.first() is not None


def _digest(keys: Keys, code: str) -> bytes:
    return keys.digest(b"recovery", code.replace("-", "").replace(" ", "").casefold().encode())


async def _account(session: AsyncSession, organiser_id: uuid.UUID) -> Account:
    return await session.get_one(Account, organiser_id, with_for_update=True, populate_existing=True)
