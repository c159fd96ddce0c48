"""A campaign's numbers, live."""

import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from app.dependencies import ANYONE, CampaignDep, of_the_app
from app.services.numbers.watching import Watch

router = APIRouter(prefix="/campaigns/{slug}/stats", tags=["stats"], dependencies=[ANYONE])

COME_BACK = (2_000, 10_000)  # milliseconds after which a reader whose line broke comes again: not all at once
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


WatchDep = Annotated[Watch, of_the_app("watch")]


@router.get(
    "/stream",
    response_class=StreamingResponse,  # FastAPI would call a function with its own class as a generator
    responses={200: {"content": {"text/event-stream": {"itemSchema": {"$ref": "#/components/schemas/Stats"}}}}},
)
async def follow_stats(campaign: CampaignDep, watch: WatchDep) -> EventSourceResponse:
    """The stats as server-sent events: at once, and then whenever they change, once a second at most."""
    watch.require_room()
    return EventSourceResponse(_events(watch.follow(campaign.id)), headers=HEADERS)


async def _events(numbers: AsyncGenerator[str | None]) -> AsyncIterator[bytes]:
    yield format_sse_event(retry=random.randint(*COME_BACK))  # noqa: S311 - spreads the herd, guards nothing
    async with aclosing(numbers):
        async for text in numbers:
            yield KEEPALIVE_COMMENT if text is None else format_sse_event(data_str=text)
