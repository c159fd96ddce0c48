"""Organisations to be asked to sign: one row for each. Each new one gets a mail."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports.changes import Decision, new_row
from app.imports.kind import NO_KEY, Batch
from app.imports.report import Fault, Result
from app.imports.rows import Row
from app.imports.validating import validate
from app.models.account_link import AccountLink
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.endorsement import MOST, Endorsement, EndorsementRow, EndorsementStatus
from app.rows.asking import mappings, table_of
from app.services.endorsing import invitations
from app.services.sealing import Keys
from app.sheets.flat import merged

NO_CAMPAIGN = "Your organisation has no campaign with this slug."
OVER = "The campaign is closed: nobody is asked to sign it any more."
ASKED = "This organisation is asked under another id already."
TOO_MANY = f"A campaign asks {MOST} organisations at most."

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The campaigns of which some rows speak, by slug, and who has been asked in them."""

    campaigns: Mapping[str, Values]
    by_external_id: Mapping[tuple[uuid.UUID, str], Values]
    names: dict[tuple[uuid.UUID, str], str | None]  # by folded name, its external id; grows with each row


async def load(session: AsyncSession, batch: Batch) -> Asked:
    """Read the campaigns that the rows name, and all who were asked in them."""
    slugs = [*batch.texts("campaign"), str(batch.given.get("campaign"))]
    table, campaigns = table_of(Endorsement), table_of(Campaign)
    own = sa.select(campaigns).where(campaigns.c.slug.in_(slugs), campaigns.c.organisation_id == batch.organisation_id)
    found = await mappings(session, own.with_for_update(key_share=True) if batch.lock else own)
    asked = await mappings(session, sa.select(table).where(table.c.campaign_id.in_([each["id"] for each in found])))
    live = [each for each in asked if each["status"] is not EndorsementStatus.WITHDRAWN]
    return Asked(
        {each["slug"]: each for each in found},
        {(each["campaign_id"], each["external_id"]): each for each in asked if each["external_id"]},
        {(each["campaign_id"], each["folded"]): each["external_id"] for each in live},
    )


def keys(row: Row, _there: Asked) -> list[str] | Fault:
    """Return by what the row is found again: its external id, in its campaign."""
    told = row.values.get("external_id")
    return [" ".join(filter(None, (told, row.values.get("campaign"))))] if told else Fault("external_id", NO_KEY)


def decide(row: Row, there: Asked, batch: Batch) -> Decision:
    """Return whom a row asks anew, or what it mends before they have answered. What they signed stays theirs."""
    campaign = there.campaigns.get(str(row.values.get("campaign") or batch.given.get("campaign")))
    if campaign is None or batch.keys is None:
        return Decision.refuse(Fault("campaign", NO_CAMPAIGN))
    old = there.by_external_id.get((campaign["id"], row.values["external_id"]))
    if old and old["status"] is not EndorsementStatus.INVITED:
        return Decision(Result.UNCHANGED)
    body = validate(EndorsementRow, merged(_body(batch.keys, old, campaign) if old else batch.given, row.values))
    if isinstance(body, list):
        return Decision.refuse(*body)
    if fault := _against(body, campaign, there):
        return Decision.refuse(fault)
    there.names[campaign["id"], invitations.folded(body.name)] = body.external_id
    return _mend(batch.keys, old, body, campaign) if old else _ask(batch.keys, body, campaign)


def _against(body: EndorsementRow, campaign: Values, there: Asked) -> Fault | None:
    if campaign["status"] is CampaignStatus.CLOSED:
        return Fault("campaign", OVER)
    place = campaign["id"], invitations.folded(body.name)
    if place in there.names and there.names[place] != body.external_id:
        return Fault("name", ASKED)
    full = sum(1 for campaign_id, _ in there.names if campaign_id == campaign["id"]) >= MOST
    return Fault("", TOO_MANY) if full and place not in there.names else None


def _ask(keys_: Keys, body: EndorsementRow, campaign: Values) -> Decision:
    asked = invitations.asked(keys_, campaign["id"], body, at=now())
    decision = Decision.create(Endorsement, asked)
    decision.insert(AccountLink, **_mail(asked["id"], campaign))
    return decision


def _mend(keys_: Keys, old: Values, body: EndorsementRow, campaign: Values) -> Decision:
    """Change what was entered, and mail again where the address is another one."""
    said = body.model_dump(include={"name", "country", "website", "language"}) | {
        "folded": invitations.folded(body.name)
    }
    moved = _address(keys_, old) != body.email
    if moved:
        said["sealed_email"] = keys_.seal(body.email.encode(), about=old["id"])
    decision = Decision.change(Endorsement, old, said)
    if moved:
        decision.insert(AccountLink, **_mail(old["id"], campaign))
    return decision


def _body(keys_: Keys, old: Values, campaign: Values) -> dict[str, Any]:
    """Return what stands there, as a row that would change nothing."""
    own = {name: old[name] for name in EndorsementRow.model_fields if name in old}
    return {**own, "campaign": campaign["slug"], "email": _address(keys_, old)}


def _address(keys_: Keys, old: Values) -> str | None:
    return keys_.open(old["sealed_email"], about=old["id"]).decode() if old["sealed_email"] else None


def _mail(endorsement_id: uuid.UUID, campaign: Values) -> dict[str, Any]:
    return new_row(AccountLink, invitations.mail(campaign["organisation_id"], endorsement_id, at=now()))
