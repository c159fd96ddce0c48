"""Where the service explains itself."""

import re

from httpx import AsyncClient

from app.errors import UnsilencedError


async def test_whoever_comes_by_is_led_to_the_documentation(client: AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


async def test_every_kind_of_problem_is_explained_where_its_type_points(client: AsyncClient) -> None:
    page = (await client.get("/docs/problems")).text
    explained = set(re.findall(r'id="([a-z-]+)"', page))
    told = {error.kind for error in UnsilencedError.__subclasses__() if error.status < 500 or error.retry_after}
    assert told <= explained
