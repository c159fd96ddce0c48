"""Passwords, kept as Argon2id. Hashing takes memory on purpose, so few are hashed at once and few may wait."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.errors import Busy

AT_ONCE = 2  # of 64 MiB each, in one process
MOST_WAITING = 40  # some seconds' worth

Result = TypeVar("Result")


class Passwords:
    """Hashes in threads, in turn."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        """`hasher`: one that takes less, for tests that are about something else."""
        self._argon2 = PasswordHash((hasher or Argon2Hasher(),))
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await self._in_turn(lambda: self._argon2.hash(password))

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Tell whether this is the password. Where none is kept, that takes as long to say."""
        if kept is None:
            await self.hash(password)
            return False
        return await self._in_turn(lambda: self._argon2.verify(password, kept))

    async def _in_turn(self, do: Callable[[], Result]) -> Result:
        if self._waiting >= MOST_WAITING:
            raise Busy("Very many people sign in at the moment. Nothing was changed.")
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(do)
        finally:
            self._waiting -= 1
