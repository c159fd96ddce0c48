"""Memory that runs out in one place of the worker, once: what it had in hand is neither lost nor sent twice."""

from contextlib import suppress
from typing import Any

import pytest
from httpx import AsyncClient

from app.database import Database
from app.delivery import claims, leaving, mails, settling
from app.delivery.conversation import Conversation
from app.delivery.worker import Worker
from tests.delivery.steps import OFFICE, drain, queue, stats
from tests.factories import published
from tests.relay import Relay

PLACES = {
    "claiming": (claims, "claim"),
    "reading": (leaving, "of_letters"),
    "composing": (mails, "of"),
    "sending": (Conversation, "hand_over"),
    "settling": (settling, "settle"),
}


@pytest.mark.parametrize("place", PLACES)
async def test_memory_that_runs_out_costs_no_letter(  # noqa: PLR0917 - fixtures
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    await published(organiser)
    await queue(client, worker)
    room, name = PLACES[place]
    failing = getattr(room, name)

    def run_out(*_args: Any, **_named: Any) -> None:
        monkeypatch.setattr(room, name, failing)
        raise MemoryError

    monkeypatch.setattr(room, name, run_out)
    with suppress(MemoryError):  # `run` writes that down, and goes on
        await worker.drain()
    assert getattr(room, name) is failing
    await drain(worker, database)

    assert len(relay.to(OFFICE)) == 1
    assert await stats(client) == {"total": 1, "sent": 1}
