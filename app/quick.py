"""Busy addresses: what is plainly right is answered at once, the rest by the framework's general machinery.

FastAPI reads parameters of every kind for every request, which costs more than a submission's own work. A busy endpoint
may therefore name a quick way. It returns None for whatever is not plainly right; such a request takes the usual road,
where the words for what is wrong with it are found.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from app.bodies import StrictRequest

QuickWay = Callable[[Request], Awaitable[Response | None]]
Body = TypeVar("Body", bound=BaseModel)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_quick_ways: dict[Callable[..., Any], QuickWay] = {}


def by(way: QuickWay) -> Callable[[Endpoint], Endpoint]:
    """Name an endpoint's quick way."""

    def named(endpoint: Endpoint) -> Endpoint:
        _quick_ways[endpoint] = way
        return endpoint

    return named


class QuickRoute(APIRoute):
    """A route that tries its endpoint's quick way first. Bodies are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        usual = super().get_route_handler()
        quick = _quick_ways.get(self.endpoint)

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            answer = await quick(strict) if quick else None
            return answer or await usual(strict)

        return handle


async def body(request: Request, model: type[Body]) -> Body | None:
    """Return the body where it is plainly right."""
    if request.headers.get("content-type") != "application/json":
        return None
    try:
        return model.model_validate(await request.json())
    except ValueError:  # no JSON, or no such body
        return None


def answer(found: BaseModel, status: int = 200) -> Response:
    return Response(found.model_dump_json(), status, media_type="application/json")
