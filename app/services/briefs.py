"""Briefs: as they were published, kept in memory for good since they never change; and as they would be now."""

import uuid
from collections import OrderedDict

from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.compiling import compile_brief
from app.models.brief import Brief
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.organisation import Organisation
from app.services import campaigns, candidates

KEPT = 256  # briefs in memory, the least recently used goes first

_kept: OrderedDict[uuid.UUID, BriefContent] = OrderedDict()


async def load(session: AsyncSession, brief_id: uuid.UUID) -> BriefContent:
    """Return a brief's content, from memory where it has been read before."""
    content = _kept.get(brief_id)
    if content is None:
        row = await session.get_one(Brief, brief_id)
        content = BriefContent.model_validate(row.content)
        _kept[brief_id] = content
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(brief_id)
    return content


async def compiled(session: AsyncSession, campaign: Campaign) -> BriefContent:
    """Return the brief as it would be published now, or refuse with a list of what is missing. Keeps nothing."""
    organisation = await session.get_one(Organisation, campaign.organisation_id)
    prisoners = await campaigns.prisoners_of(session, campaign)
    return compile_brief(
        campaign, organisation.name, prisoners, await candidates.of(session, campaign), today=now().date()
    )


async def in_force(session: AsyncSession, campaign: Campaign) -> BriefContent:
    """Return the brief that letters are made from now; for a draft, the one that publishing would make."""
    if campaign.brief_id is None:
        return await compiled(session, campaign)
    return await load(session, campaign.brief_id)
