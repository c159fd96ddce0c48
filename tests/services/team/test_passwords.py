"""Passwords take time and memory on purpose, and only so much of it at once."""

import asyncio

import pytest

from app.config import Settings
from app.errors import Busy
from app.main import create_app
from app.services.team import passwords
from app.services.team.passwords import Passwords


async def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    served: Passwords = create_app(Settings(_env_file=None)).state.passwords
    kept = [await each.hash("correct horse battery") for each in (Passwords(), served)]

    assert all(each.startswith("$argon2id$v=19$m=65536,t=3,p=4$") for each in kept)
    assert kept[0] != kept[1]
    assert await Passwords().is_right("correct horse battery", kept[0])
    assert not await Passwords().is_right("correct horse batterz", kept[0])
    assert not await Passwords().is_right("correct horse battery", None)


async def test_few_are_checked_at_once_and_few_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)
    checking = Passwords()

    answers = await asyncio.gather(*(checking.hash("x") for _ in range(5)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [str, str, str, Busy, Busy]
    assert await checking.hash("x")
