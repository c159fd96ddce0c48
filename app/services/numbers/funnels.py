"""How far letters come, and one period beside the one before."""

from datetime import date, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import invalid
from app.models.campaign import Campaign
from app.models.columns import day_in, now
from app.models.letter import LEFT, Stage
from app.models.numbers import Compare, Funnel, FunnelOfCampaign, Period
from app.services.counting import tallied
from app.services.numbers import offline_letters

NOT_CONFIRMED = (Stage.UNCONFIRMED, Stage.EXPIRED, Stage.CANCELLED)
LONGEST_PERIOD = timedelta(days=3_660)


async def read(
    session: AsyncSession, campaign: Campaign, *, since: date | None, until: date | None, compare: Compare | None
) -> FunnelOfCampaign:
    """Return how far letters came, in a period, and in the one before it."""
    if since and until and since > until:
        raise invalid("?from", "The period ends before it begins.")
    period = await _period(session, campaign, since, until)
    supporters, _ = await tallied.people(session, campaign.id)
    found = FunnelOfCampaign(
        campaign=campaign.slug, timezone=campaign.timezone, as_of=now(), supporters=supporters, period=period
    )
    if compare is None:
        return found
    days = before(since, until or day_in(campaign.timezone, now()))
    previous = await _period(session, campaign, *days)
    return found.model_copy(update={"previous": previous, "change": difference(found.period.funnel, previous.funnel)})


def before(since: date | None, until: date) -> tuple[date, date]:
    """Return the first and the last of as many days, just before a period."""
    if since is None:
        raise invalid("?from", "To compare with the period before, a period needs its first day.")
    if not timedelta(0) <= until - since <= LONGEST_PERIOD:
        raise invalid("?from", "A period to compare with lasts from one day to ten years.")
    return since - (until - since) - timedelta(days=1), since - timedelta(days=1)


def funnel_of(stages: dict[Stage, int]) -> Funnel:
    """Return how far letters came, from where they stand."""
    total, sent = sum(stages.values()), sum(stages[stage] for stage in LEFT)
    return Funnel(
        handed_in=total,
        confirmed=total - sum(stages[stage] for stage in NOT_CONFIRMED),
        left=sent + stages[Stage.BOUNCED],
        letters_sent=sent,
    )


def difference(one: Funnel, other: Funnel) -> Funnel:
    """Return the numbers of one less those of the other."""
    less = other.model_dump()
    return Funnel(**{name: n - less[name] for name, n in one.model_dump().items()})


async def _period(session: AsyncSession, campaign: Campaign, since: date | None, until: date | None) -> Period:
    stages = await tallied.stages(session, campaign.id, since=since, until=until)
    offline = await offline_letters.total(session, campaign.id, since=since, until=until)
    return Period(first=since, last=until, funnel=funnel_of(stages), offline_letters=offline)
