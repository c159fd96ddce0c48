"""The public: people who hand letters in, confirm, cancel and erase, and ask again until they are answered."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Sequence
from typing import Any

import httpx

from app.services.sealing import Keys
from nemesis.journal import Journal
from nemesis.people import PERSONAL, Person, person
from tests.factories import API

SLUG = "free-ada"
PATIENCE = 90.0  # seconds for which somebody asks again
TIMEOUT = 30.0  # seconds for one answer
LOOKS_EVERY = 0.5  # seconds between two looks of the reader
AGAIN = frozenset({409, 503})  # still under way; busy


class Public:
    """Its log is what clients were told: every answer, and when it was asked for. `offices`: whom most write to."""

    def __init__(self, base_url: str, keys: Keys, log: Journal, *, seed: str, offices: Sequence[str]) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT, limits=httpx.Limits(max_connections=200))
        self._keys = keys
        self._log = log
        self._seed = seed
        self._usual = list(offices)
        self._chance = random.Random(f"{seed} public")

    async def write(self, until: float, *, rate: float) -> None:
        """Come by chance, `rate` people a second; return when all have their answers."""
        number = 0
        async with asyncio.TaskGroup() as everybody:
            while time.time() < until:
                everybody.create_task(self._live(person(self._seed, number)))
                number += 1
                await asyncio.sleep(self._chance.expovariate(rate))

    async def read(self) -> None:
        """Look at the numbers again and again."""
        while True:
            await self._ask("GET", f"/campaigns/{SLUG}/stats", what="stats")
            await asyncio.sleep(LOOKS_EVERY)

    async def close(self) -> None:
        await self._client.aclose()

    async def _live(self, who: Person) -> None:
        body = who.body | ({} if who.to_all else {"office_ids": self._usual})
        for _ in range(1 + who.asks_twice):
            taken = await self._ask(
                "POST", f"/campaigns/{SLUG}/letters", body, what="submit", key=who.key, email=_digest(who)
            )
        if not taken:
            return
        submission_id = taken["submission_id"]
        token = self._keys.token_for(uuid.UUID(submission_id))
        about = {"submission_id": submission_id}
        async with asyncio.TaskGroup() as at_once:
            for _ in range(who.confirms):
                at_once.create_task(self._ask("POST", f"/confirmations/{token}", what="confirm", **about))
        await asyncio.sleep(who.pause)
        if who.ends == "cancel":
            await self._ask("POST", f"/receipts/{token}/cancel", what="cancel", **about)
        elif who.ends == "erase":
            await self._ask("DELETE", f"/receipts/{token}", what="erase", **about)

    async def _ask(self, method: str, path: str, body: Any = None, *, what: str, **about: str) -> Any:
        """Ask until there is an answer, and write down what it was; None if it was a refusal, or never came."""
        asked = time.time()
        headers = {"Idempotency-Key": about["key"]} if "key" in about else {}
        while time.time() < asked + PATIENCE:
            began = time.time()
            try:
                answer = await self._client.request(method, API + path, json=body, headers=headers)
            except httpx.TransportError:
                self._log.add(what="no answer", to=what, asked=asked, **about)
            else:
                seconds = time.time() - began
                self._note(answer, what=what, asked=asked, seconds=seconds, **about)
                if answer.status_code not in AGAIN:
                    return answer.json() if answer.is_success and answer.content else None
            await asyncio.sleep(self._chance.uniform(0.1, 0.5))
        self._log.add(what="gave up", to=what, asked=asked, **about)
        return None

    def _note(self, answer: httpx.Response, *, what: str, **about: object) -> None:
        told = json.loads(answer.content or "{}")
        letters = told.get("letters") or []
        self._log.add(
            what=what,
            status=answer.status_code,
            told=told.get("submission_id"),
            letters={each["id"]: each["stage"] for each in letters} if isinstance(letters, list) else letters,
            leaks=not answer.is_success and PERSONAL.search(answer.content) is not None,
            **about,
        )


def _digest(who: Person) -> str:
    """Return what tells two people apart, and says nothing of them."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, who.body["supporter"]["email"]))
