"""Webhooks: addresses of an organisation's own that are told what happens."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, status

from app.bodies import StrictRoute
from app.dependencies import EditorDep, IdPath, KeysDep, ReaderDep, SessionDep, SettingsDep
from app.models.webhook import (
    CallQuery,
    Webhook,
    WebhookCallPublic,
    WebhookCreate,
    WebhookCreated,
    WebhookPublic,
    WebhookUpdate,
)
from app.pagination import Page, PageRequest
from app.services.interfaces import webhooks

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=StrictRoute)


async def get_own_webhook(webhook_id: IdPath, organiser: EditorDep, session: SessionDep) -> Webhook:
    return await webhooks.own(session, organiser, webhook_id)


OwnWebhookDep = Annotated[Webhook, Depends(get_own_webhook)]


@router.get("")
async def list_webhooks(
    organiser: EditorDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[WebhookPublic]:
    """List your organisation's webhooks, newest first."""
    return query.page(await webhooks.listed(session, organiser))


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_webhook(
    body: WebhookCreate, organiser: EditorDep, session: SessionDep, keys: KeysDep, settings: SettingsDep
) -> WebhookCreated:
    """Add a webhook. The answer holds its secret, which is shown this once."""
    this_machine = settings.webhooks_to_this_machine
    return await webhooks.create(session, keys, organiser, body, this_machine=this_machine)


@router.patch("/{webhook_id}")
async def update_webhook(webhook: OwnWebhookDep, body: WebhookUpdate, session: SessionDep) -> WebhookPublic:
    """Change what it is told about, or switch it off and on. While it is off, its calls wait."""
    return await webhooks.update(session, webhook, body)


@router.post("/{webhook_id}/secret")
async def change_secret(webhook: OwnWebhookDep, session: SessionDep, keys: KeysDep) -> WebhookCreated:
    """Have a new secret, shown this once. For a day, calls are signed with the one before, too: time to change over."""
    return await webhooks.change_secret(session, keys, webhook)


@router.delete("/{webhook_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_webhook(webhook: OwnWebhookDep, session: SessionDep) -> None:
    """Delete a webhook with its log and its secret."""
    await webhooks.delete(session, webhook)


@router.get("/{webhook_id}/calls")
async def list_calls(
    webhook: OwnWebhookDep, session: SessionDep, query: Annotated[CallQuery, Query()]
) -> Page[WebhookCallPublic]:
    """What it was told in the last thirty days, newest first, and what it answered."""
    return await webhooks.calls(session, webhook, query)


@router.post("/{webhook_id}/calls/{call_id}/replay")
async def replay_call(webhook: OwnWebhookDep, call_id: IdPath, session: SessionDep) -> WebhookCallPublic:
    """Have a call made once more, with the same `webhook-id`."""
    return await webhooks.replay(session, webhook, call_id)
