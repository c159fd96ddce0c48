"""API keys: made, listed, revoked. One never may more than its organiser."""

import uuid
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.errors import NotFound, invalid
from app.models.api_key import ApiKey, ApiKeyCreate, ApiKeyPublic, ApiKeyShown
from app.models.columns import now
from app.models.organisation import Organiser, Role
from app.services.sealing import digest_of_key
from app.services.team.access import KEY_PREFIX, new_token


async def create(session: AsyncSession, organiser: Organiser, body: ApiKeyCreate) -> ApiKeyShown:
    """Make a key; it is shown in this answer, and never again."""
    if not organiser.role.includes(body.scope):
        raise invalid("/scope", f"A key may not do more than you, and you have the role {organiser.role.value}.")
    key = new_token(KEY_PREFIX)
    row = ApiKey(
        organiser_id=organiser.id,
        name=body.name,
        scope=body.scope,
        digest=digest_of_key(key),
        expires_at=now() + timedelta(days=body.days),
    )
    session.add(row)
    await session.flush()
    return ApiKeyShown.model_validate({**row.model_dump(), "key": key})


async def listed(session: AsyncSession, organiser: Organiser) -> list[ApiKeyPublic]:
    """Return one's own keys, and to an owner those of the whole organisation; newest first."""
    found = await session.exec(_seen_by(organiser).order_by(col(ApiKey.id).desc()))
    return [ApiKeyPublic.model_validate(row.model_dump()) for row in found]


async def revoke(session: AsyncSession, organiser: Organiser, key_id: uuid.UUID) -> None:
    """End a key from this instant."""
    row = (await session.exec(_seen_by(organiser).where(ApiKey.id == key_id).with_for_update(of=ApiKey))).first()
    if row is None:
        raise NotFound("There is no key of yours with this id.")
    row.revoked_at = row.revoked_at or now()
    await session.flush()


def _seen_by(organiser: Organiser) -> SelectOfScalar[ApiKey]:
    which = select(ApiKey).join(Organiser)
    if organiser.role is Role.OWNER:
        return which.where(Organiser.organisation_id == organiser.organisation_id)
    return which.where(ApiKey.organiser_id == organiser.id)
