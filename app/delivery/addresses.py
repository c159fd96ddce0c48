"""An office's dead addresses: marked, so that letters take its next address, or its next channel."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.candidates import live_address
from app.delivery.settlement import Settlement
from app.models.letter import Stage
from app.models.office import Office
from app.services.returning import addresses


async def redirected(session: AsyncSession, settlements: Sequence[Settlement]) -> list[Settlement]:
    """Mark the addresses that were found dead; return the settlements, these with the next way to their office."""
    dead = {(each.claim.office_id, each.dead): each.reply for each in settlements if each.claim.office_id and each.dead}
    offices = {
        office_id: await addresses.mark_dead(session, office_id, address, why=reply)
        for (office_id, address), reply in sorted(dead.items())
    }
    return [
        _redirect(each, offices[each.claim.office_id]) if each.dead and each.claim.office_id else each
        for each in settlements
    ]


def _redirect(settlement: Settlement, office: Office) -> Settlement:
    if live_address(office.emails):
        return settlement._replace(stage=None, reason=None, wait=0, spent=False)
    if settlement.fallback:
        return settlement._replace(stage=Stage.READY, reason=None)
    return settlement
