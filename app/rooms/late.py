"""The rooms at the back, loaded when somebody comes: most processes are asked for them late, or never."""

import asyncio
from collections.abc import Sequence
from typing import Any, NoReturn

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send


class Late(BaseRoute):
    """Stands where the rooms at the back will be, takes whoever finds none in front, and gives them its place."""

    def __init__(self, *, catching: bool) -> None:
        """`catching`: with the mail catcher's."""
        self._catching = catching
        self._loading = asyncio.Lock()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        router: APIRouter = scope["app"].router
        async with self._loading:
            if self in router.routes:
                self.give_place(router, await asyncio.to_thread(self.load))  # others are answered meanwhile
        await router.app(scope, receive, send)

    def load(self) -> Sequence[BaseRoute]:
        from app.rooms import back  # noqa: PLC0415 - slow to load: what all this is for

        return back.routes(catching=self._catching)

    def give_place(self, router: APIRouter, rooms: Sequence[BaseRoute]) -> None:
        place = router.routes.index(self)
        router.routes[place : place + 1] = rooms

    def url_path_for(self, name: str, /, **path_params: Any) -> NoReturn:  # noqa: ANN401 - as Starlette has it
        raise NoMatchFound(name, path_params)


def open_all(app: FastAPI) -> FastAPI:
    """Load all rooms now: for whoever looks at the routes themselves."""
    for each in [each for each in app.router.routes if isinstance(each, Late)]:
        each.give_place(app.router, each.load())
    return app
