"""Metrics: true, cheap, and of nobody in particular."""

from httpx import AsyncClient
from prometheus_client.parser import text_string_to_metric_families

from app.delivery.worker import Worker
from tests.delivery.steps import OFFICE, hand_in, many_offices, queue
from tests.factories import published
from tests.relay import Relay
from tests.steps import SAM


async def metrics(client: AsyncClient) -> dict[tuple[str, ...], float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.value
    }


async def test_before_anything_has_happened_all_is_nought(client: AsyncClient) -> None:
    assert await metrics(client) == {}


async def test_attempts_are_counted_by_how_they_ended(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, offices=many_offices(4))
    await queue(client, worker)
    relay.at_rcpt["office0@by.example.org"] = ["451 4.7.1 later"]
    relay.at_rcpt["office1@by.example.org"] = ["550 5.1.1 nobody"]
    relay.drop_after_dot = ["office2@by.example.org"]

    await worker.drain()

    found = await metrics(client)
    ended = {labels[0]: n for (name, *labels), n in found.items() if name == "unsilenced_attempts_total"}
    assert ended == {"sent": 1, "deferred": 1, "dead_address": 1, "uncertain": 1}
    assert found["unsilenced_letters", "queued"] == 2


async def test_the_age_of_the_queue_is_that_of_what_has_been_due_longest(
    client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    await hand_in(client, worker)

    found = await metrics(client)

    assert 0 < found["unsilenced_queue_age_seconds", "notices"] < 60
    assert ("unsilenced_queue_age_seconds", "letters") not in found


async def test_metrics_name_nobody(client: AsyncClient, organiser: AsyncClient, worker: Worker) -> None:
    await published(organiser)
    await queue(client, worker)
    await worker.drain()

    text = (await client.get("/metrics")).text

    assert [word for word in (SAM, "supporter", "Sam", OFFICE, "Ada") if word in text] == []
