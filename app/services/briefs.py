"""Briefs by their id. They never change, so they are kept in memory for good."""

import uuid
from collections import OrderedDict

from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.models.brief import Brief

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
