"""Mail that comes back over HTTP, from a mail provider or a script: signed, or not taken."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, status

from app.dependencies import ANYONE, DatabaseDep, KeysDep, SettingsDep
from app.errors import NotFound
from app.models.columns import now
from app.services.interfaces import signatures
from app.services.interfaces.signatures import Signed
from app.services.returning import inbound

router = APIRouter(prefix="/inbound", tags=["inbound"], dependencies=[ANYONE])  # whoever signs as agreed

MESSAGE = {"requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string"}}}}}


async def get_signed(
    request: Request,
    settings: SettingsDep,
    webhook_id: Annotated[str, Header(min_length=1, max_length=200)],
    webhook_timestamp: Annotated[str, Header(max_length=20, description="Seconds since 1970.")],
    webhook_signature: Annotated[str, Header(max_length=1_000, description="`v1,` and a base64 HMAC-SHA-256.")],
) -> Signed:
    if settings.inbound_secret is None:
        raise NotFound("No mail is taken here.")
    signed = Signed(webhook_id, webhook_timestamp, webhook_signature, await request.body())
    signatures.require(settings.inbound_secret, signed, at=now())
    return signed


SignedDep = Annotated[Signed, Depends(get_signed)]
RecipientQuery = Annotated[str, Query(max_length=320, description="The envelope's recipient, if you know it.")]


@router.post("", status_code=status.HTTP_204_NO_CONTENT, openapi_extra=MESSAGE)
async def take_mail(signed: SignedDep, database: DatabaseDep, keys: KeysDep, to: RecipientQuery = "") -> None:
    """Take one message in, as it stands: a bounce, or an office's answer. At most 1 MiB; attachments are not needed.

    Signed as in Standard Webhooks. The answer does not tell what the message was. After a 503, hand it in again.
    """
    await signatures.once(database, signed, lambda: inbound.take(database, keys, signed.body, to=to))
