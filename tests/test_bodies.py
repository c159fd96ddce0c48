"""Text that is no text: half of a pair in JSON, a character that no database keeps in an address."""

import pytest
from httpx import AsyncClient

from tests.factories import API
from tests.steps import problem

JSON = {"Content-Type": "application/json"}
HALVES = [r"\ud800", r"\uDFFF", r"\udc00\ud83d", r"\ud83d\ud83d\ude00"]


@pytest.mark.parametrize("half", HALVES)
async def test_half_of_a_pair_is_refused_wherever_it_stands(client: AsyncClient, half: str) -> None:
    sign_in = '{"email": "olga@committee.example.org", "password": "%s", "otp": "%s"}'
    for told in (sign_in % (half, "1"), sign_in % ("right horse", half)):
        problem(await client.post(f"{API}/auth/token", content=told, headers=JSON), 422, pointer="")


async def test_a_whole_pair_is_a_character(client: AsyncClient) -> None:
    told = r'{"email": "olga@committee.example.org", "password": "\ud83d\ude00 \\ud800 \u00e9"}'
    problem(await client.post(f"{API}/auth/token", content=told, headers=JSON), 401)


async def test_a_kind_that_no_database_could_hold_is_no_kind(organiser: AsyncClient) -> None:
    for form in ("json", "csv"):
        problem(await organiser.get(f"{API}/audit?kind=%00&format={form}"), 422, pointer="?kind")
