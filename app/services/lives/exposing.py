"""Words that still name a prisoner whose consent is withdrawn: told in the answer, in the audit, and by mail."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.consequences import IN_WORDS, CampaignTouched, Effect
from app.models.prisoner import Prisoner
from app.services.lives.mentions import Mentioned
from app.services.team import alerts, audit

PLACES_IN_MAIL = 8  # the others are in the audit


def with_places(told: Sequence[CampaignTouched], mentioned: Sequence[Mentioned]) -> list[CampaignTouched]:
    """Add to what is told where each campaign names the prisoner, and those campaigns that do no more than that."""
    places = {each.campaign.slug: each.places for each in mentioned}
    known = {each.campaign for each in told}
    mended = [each.model_copy(update={"still_named_in": places.get(each.campaign, [])}) for each in told]
    return mended + [_only_named(each) for each in mentioned if each.campaign.slug not in known]


def _only_named(mentioned: Mentioned) -> CampaignTouched:
    return CampaignTouched(
        campaign=mentioned.campaign.slug,
        status=mentioned.campaign.status,
        effect=Effect.NOTHING,
        in_words=IN_WORDS[Effect.NOTHING],
        letters={},
        notices=0,
        still_named_in=mentioned.places,
    )


async def tell(session: AsyncSession, prisoner: Prisoner, told: Sequence[CampaignTouched]) -> None:
    """Mail to the organisers of each campaign that is hidden or still names the prisoner; leave it in the audit."""
    places = {each.campaign: each.still_named_in for each in told}
    for campaign in await session.exec(select(Campaign).where(col(Campaign.slug).in_(places))):
        still = places[campaign.slug]
        await alerts.hidden(session, campaign, words="\n".join([prisoner.name, *_shortened(still)])[:500])
        if still and campaign.organisation_id == prisoner.organisation_id:
            audit.note(session, campaign, {f"still names {prisoner.slug}": (None, still)})


def _shortened(places: Sequence[str]) -> list[str]:
    more = len(places) - PLACES_IN_MAIL
    return [*places[:PLACES_IN_MAIL], *([f"… and {more} more, in the audit"] if more > 0 else [])]
