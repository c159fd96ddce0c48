"""The health of offices' e-mail addresses: a dead one is kept, and not used until an organiser restores it."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.incoming.rules import Severity
from app.models.office import Office, SoftBounce
from app.rows.asking import rows
from app.rows.writing import insert_if_new
from app.services.returning import returns
from app.services.sealing import Keys

SOFT_DAYS = 3  # different days with soft bounces that suspend an address
WITHIN = timedelta(days=30)


async def mark_dead(session: AsyncSession, office_id: uuid.UUID, address: str, *, why: str) -> Office:
    """Use this address of an office no more, and return the office. One that is dead already stays as it is."""
    office = await _hold(session, office_id)
    if any(email["address"] == address and not email.get("dead") for email in office.emails):
        office.emails = [
            {**email, "dead": True, "why": why} if email["address"] == address else email for email in office.emails
        ]
        office.revision += 1  # so that no colleague who read it before puts the old list back
        await session.flush()
    return office


async def judge(
    session: AsyncSession,
    keys: Keys,
    office_id: uuid.UUID,
    tag: bytes,
    severity: Severity,
    *,
    why: str,
    at: datetime,
) -> None:
    """Draw the consequence of a bounce for the address with this tag: a hard one is enough, soft ones take days."""
    if severity is Severity.REFUSED:
        return
    office = await _hold(session, office_id)
    address = next((each["address"] for each in office.emails if returns.tag(keys, each["address"]) == tag), None)
    if address is None:  # taken out since
        return
    if severity is Severity.HARD or await _soft_days(session, office_id, address, at=at) >= SOFT_DAYS:
        await mark_dead(session, office_id, address, why=why)


async def forget_soft_bounces(session: AsyncSession, office_id: uuid.UUID) -> None:
    """Begin anew: an organiser has looked at the office's addresses."""
    await session.exec(sa.delete(SoftBounce).where(col(SoftBounce.office_id) == office_id))


async def _soft_days(session: AsyncSession, office_id: uuid.UUID, address: str, *, at: datetime) -> int:
    """Take this day down, and return on how many of the last days letters came back."""
    await insert_if_new(session, SoftBounce, {"office_id": office_id, "address": address, "day": at.date()})
    days = sa.select(sa.func.count()).where(
        col(SoftBounce.office_id) == office_id,
        col(SoftBounce.address) == address,
        col(SoftBounce.day) > (at - WITHIN).date(),
    )
    return int((await rows(session, days))[0][0])


async def _hold(session: AsyncSession, office_id: uuid.UUID) -> Office:
    """Return an office that nobody else changes before this transaction ends. Letters can still point to it."""
    which = select(Office).where(Office.id == office_id).with_for_update(key_share=True)
    return (await session.exec(which, execution_options={"populate_existing": True})).one()
