"""An office's dead addresses: marked, so that letters take its next address, or its next channel."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.candidates import live_address
from app.delivery.settlement import Settlement
from app.models.letter import Stage
from app.models.office import Office


async def redirected(session: AsyncSession, settlements: Sequence[Settlement]) -> list[Settlement]:
    """Mark the addresses that were found dead; return the settlements, these with the next way to their office."""
    dead = {(each.claim.office_id, each.dead) for each in settlements if each.claim.office_id and each.dead}
    offices = {office_id: await _mark(session, office_id, address) for office_id, address in sorted(dead)}
    return [
        _redirect(each, offices[each.claim.office_id]) if each.dead and each.claim.office_id else each
        for each in settlements
    ]


async def _mark(session: AsyncSession, office_id: uuid.UUID, address: str) -> Office:
    office = await session.get_one(Office, office_id, with_for_update={"key_share": True}, populate_existing=True)
    if any(email["address"] == address and not email.get("dead") for email in office.emails):
        office.emails = [email | {"dead": True} if email["address"] == address else email for email in office.emails]
        office.revision += 1
        await session.flush()
    return office


def _redirect(settlement: Settlement, office: Office) -> Settlement:
    if live_address(office.emails):
        return replace(settlement, stage=None, reason=None, wait=0, spent=False)
    if settlement.fallback:
        return replace(settlement, stage=Stage.READY, reason=None)
    return settlement
