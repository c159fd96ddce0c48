"""Webhooks of an organisation: added, changed, and their log."""

import base64
import json
import secrets
import uuid
from ipaddress import ip_address
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import LOCAL_HOSTS
from app.errors import Conflict, NotFound, invalid
from app.models.columns import now
from app.models.organisation import Organiser
from app.models.webhook import (
    CallQuery,
    CallStatus,
    Webhook,
    WebhookCall,
    WebhookCallPublic,
    WebhookCount,
    WebhookCreate,
    WebhookCreated,
    WebhookPublic,
    WebhookUpdate,
)
from app.pagination import Page
from app.services import correcting
from app.services.interfaces.reachable import may_be_called
from app.services.sealing import Keys

SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks begins a secret
SECRET_BYTES = 32
MOST = 20  # webhooks of one organisation
INSIDE = ("localhost", ".local", ".internal")


async def create(
    session: AsyncSession, keys: Keys, organiser: Organiser, body: WebhookCreate, *, this_machine: bool
) -> WebhookCreated:
    """Add a webhook; its secret is shown now and never again."""
    require_address(body.url, this_machine=this_machine)
    own = select(sa.func.count()).where(col(Webhook.organisation_id) == organiser.organisation_id)
    if (await session.exec(own)).one() >= MOST:
        raise Conflict(f"Your organisation has {MOST} webhooks already: delete one first.")
    secret = _new_secret()
    webhook = Webhook(organisation_id=organiser.organisation_id, sealed_secret=b"", **body.model_dump(mode="json"))
    webhook.sealed_secret = keys.seal(secret.encode(), about=webhook.id)
    session.add(webhook)
    await session.flush()
    return WebhookCreated.model_validate({**webhook.model_dump(), "secret": secret})


async def change_secret(session: AsyncSession, keys: Keys, webhook: Webhook) -> WebhookCreated:
    """Give a webhook a new secret; the one before it signs beside it for a day. Conflict within that day."""
    if webhook.sealed_secret_before and webhook.secrets_overlap_at(now()):
        raise Conflict("Its secret was changed less than a day ago: two are in use. Delete the webhook if one leaked.")
    secret = _new_secret()
    webhook.sealed_secret_before, webhook.secret_changed_at = webhook.sealed_secret, now()
    webhook.sealed_secret = keys.seal(secret.encode(), about=webhook.id)
    session.add(webhook)
    await session.flush()
    return WebhookCreated.model_validate({**webhook.model_dump(), "secret": secret})


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def require_address(url: str, *, this_machine: bool) -> None:
    """Refuse what is plainly no address in the open. Names are resolved, and checked again, before every call."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise invalid("/url", "This is not a web address.") from None
    if this_machine and parts.scheme == "http" and host in LOCAL_HOSTS:
        return
    plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc and not parts.fragment
    if not plain or not host or port == 0 or parts.scheme != "https":
        raise invalid("/url", "Please give an address that begins with https://, without a login and without a #.")
    if host.endswith(INSIDE) or not _is_outside(host):
        raise invalid("/url", "This address is not in the open: webhooks are not called inside private networks.")


def _is_outside(host: str) -> bool:
    try:
        return may_be_called(ip_address(host))
    except ValueError:  # a name
        return True


async def listed(session: AsyncSession, organiser: Organiser) -> list[WebhookPublic]:
    """Return the organisation's webhooks, newest first."""
    own = select(Webhook).where(Webhook.organisation_id == organiser.organisation_id)
    found = await session.exec(own.order_by(col(Webhook.id).desc()))
    return [show(webhook) for webhook in found]


def show(webhook: Webhook) -> WebhookPublic:
    return WebhookPublic.model_validate(webhook.model_dump())


async def own(session: AsyncSession, organiser: Organiser, webhook_id: uuid.UUID) -> Webhook:
    """Return a webhook of the organiser's organisation, to be changed."""
    webhook = await session.get(Webhook, webhook_id, with_for_update=True)
    if webhook is None or webhook.organisation_id != organiser.organisation_id:
        raise NotFound("There is no webhook at this address.")
    return webhook


async def update(session: AsyncSession, webhook: Webhook, body: WebhookUpdate) -> WebhookPublic:
    """Change what is sent."""
    changed = body.model_dump(mode="json", exclude_unset=True)
    correcting.refuse_empty(Webhook, changed)
    webhook.sqlmodel_update(changed)
    session.add(webhook)
    await session.flush()
    return show(webhook)


async def delete(session: AsyncSession, webhook: Webhook) -> None:
    """Delete a webhook with its log."""
    for table in (WebhookCall, WebhookCount):
        await session.exec(sa.delete(table).where(col(table.webhook_id) == webhook.id))
    await session.delete(webhook)


async def calls(session: AsyncSession, webhook: Webhook, query: CallQuery) -> Page[WebhookCallPublic]:
    """Return what a webhook was told, newest first."""
    which = select(WebhookCall).where(WebhookCall.webhook_id == webhook.id)
    if query.after:
        which = which.where(col(WebhookCall.id) < query.after)
    if query.status:
        which = which.where(WebhookCall.status == query.status)
    if query.topic:
        which = which.where(WebhookCall.topic == query.topic)
    found = (await session.exec(which.order_by(col(WebhookCall.id).desc()).limit(query.limit + 1))).all()
    shown, next_cursor = query.cut(found)
    return Page(items=[show_call(call) for call in shown], next_cursor=next_cursor)


def show_call(call: WebhookCall) -> WebhookCallPublic:
    return WebhookCallPublic.model_validate({**call.model_dump(), "body": json.loads(call.body)})


async def replay(session: AsyncSession, webhook: Webhook, call_id: uuid.UUID) -> WebhookCallPublic:
    """Have a call made once more, with the same id and body: a receiver that has it already can tell."""
    call = await session.get(WebhookCall, call_id, with_for_update=True)
    if call is None or call.webhook_id != webhook.id:
        raise NotFound("There is no such call in this webhook's log.")
    if call.lease is not None:
        raise Conflict("It is being called at this moment.")
    call.sqlmodel_update({"status": CallStatus.WAITING, "due_at": now(), "attempts": 0})
    session.add(call)
    await session.flush()
    return show_call(call)
