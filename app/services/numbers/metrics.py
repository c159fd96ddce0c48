"""Numbers for whoever watches the service: read from kept counts and short indexes, and of nobody in particular."""

from collections.abc import Iterable

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.delivery import Delivery
from app.models.pace import AttemptTally, Destination
from app.models.tally import Dimension, TallyTotal
from app.rows.asking import database_now, rows

LANES = {"letters": col(Delivery.letter_id).is_not(None), "notices": col(Delivery.notice).is_not(None)}


async def read(session: AsyncSession) -> bytes:
    """Return the metrics in Prometheus' text format. They are the same whichever process answers."""
    found = [
        await _labelled(
            session,
            GaugeMetricFamily("unsilenced_letters", "Letters by stage.", labels=["stage"]),
            _letters(),
        ),
        await _labelled(
            session,
            CounterMetricFamily("unsilenced_attempts", "Attempts by how they ended.", labels=["outcome"]),
            sa.select(col(AttemptTally.outcome), col(AttemptTally.attempts)),
        ),
        await _labelled(
            session,
            GaugeMetricFamily("unsilenced_domain_concurrency", "Letters at once, by domain.", labels=["domain"]),
            sa.select(col(Destination.domain), col(Destination.concurrency)),
        ),
        await _queue_age(session),
        await _in_hand(session),
    ]
    registry = CollectorRegistry()
    registry.register(_Found(found))
    return generate_latest(registry)


def _letters() -> sa.Executable:
    """Ask for each campaign, by the key, so that its numbers by office and country are passed over."""
    of_all = col(TallyTotal.dimension) == Dimension.ALL, col(TallyTotal.value) == ""
    counted = sa.select(col(TallyTotal.stage), sa.func.sum(col(TallyTotal.letters))).group_by(col(TallyTotal.stage))
    return counted.where(col(TallyTotal.campaign_id).in_(sa.select(col(Campaign.id))), *of_all)


async def _labelled(
    session: AsyncSession, family: GaugeMetricFamily | CounterMetricFamily, pairs: sa.Executable
) -> Metric:
    for label, value in await rows(session, pairs):
        family.add_metric([str(label)], float(value))
    return family


async def _queue_age(session: AsyncSession) -> Metric:
    family = GaugeMetricFamily(
        "unsilenced_queue_age_seconds", "For how long the oldest delivery has been due.", labels=["lane"]
    )
    for lane, of_lane in LANES.items():
        oldest = sa.select(sa.func.min(col(Delivery.due_at)), database_now()).where(
            of_lane, col(Delivery.due_at).is_not(None)
        )
        ((due_at, now),) = await rows(session, oldest)
        family.add_metric([lane], max((now - due_at).total_seconds(), 0.0) if due_at else 0.0)
    return family


async def _in_hand(session: AsyncSession) -> Metric:
    """Count what workers hold; it is never much."""
    counted = sa.select(sa.func.count()).where(col(Delivery.lease).is_not(None))
    ((n,),) = await rows(session, counted)
    return GaugeMetricFamily("unsilenced_deliveries_in_hand", "Deliveries that workers hold.", value=n)


class _Found:
    """What prometheus_client collects from: these metrics, and no others."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def collect(self) -> list[Metric]:
        return self._found
