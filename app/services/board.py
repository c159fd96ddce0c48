"""The notice board: what anybody may read. Who reads at the same time shares one reading, and its JSON."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel

from app.database import Database
from app.models.tally import Breakdown
from app.services import campaigns
from app.services.grouping import Groups, each_once
from app.services.lives import prisoners
from app.services.numbers import stats

TAG_BYTES = 12


class Shown(NamedTuple):
    """What hangs there: its JSON, and the tag by which readers recognise what they have read before."""

    json: str
    etag: str


class Question(NamedTuple):
    """Of which campaign somebody wants the numbers, and how."""

    slug: str
    by: Sequence[Breakdown] = ()  # a tuple: who asks the same is answered together
    since: date | None = None
    until: date | None = None


class Board:
    """Answers from readings that began after the question came in, so nothing is out of date."""

    def __init__(self, database: Database, *, usual: int | None) -> None:
        """`usual`: letters that an office takes in an hour; None: they are not paced."""
        self._database = database
        self._usual = usual
        self._campaigns = Groups[str, Shown](each_once(self._read_campaign))
        self._prisoners = Groups[str, Shown](each_once(self._read_prisoner))
        self._stats = Groups[Question, Shown](each_once(self._read_stats))

    async def campaign(self, slug: str) -> Shown:
        return await self._campaigns.add(slug)

    async def prisoner(self, slug: str) -> Shown:
        return await self._prisoners.add(slug)

    async def stats(self, question: Question) -> Shown:
        return await self._stats.add(question)

    async def _read_campaign(self, slug: str) -> Shown:
        async with self._database.reading() as session:
            return _shown(await campaigns.read(session, slug, None))

    async def _read_prisoner(self, slug: str) -> Shown:
        async with self._database.reading() as session:
            return _shown(await prisoners.read(session, slug, None))

    async def _read_stats(self, question: Question) -> Shown:
        slug, by, since, until = question
        async with self._database.snapshot() if by else self._database.looking() as session:
            found = await stats.read(session, slug, by=by, since=since, until=until, usual=self._usual)
        return _shown(found, apart_from="as_of")


def _shown(found: BaseModel, *, apart_from: str | None = None) -> Shown:
    """Return the JSON with a tag made of it; a weak tag, where something in it moves though nothing has changed."""
    json = found.model_dump_json()
    if apart_from is None:
        return Shown(json, f'"{_tag(json)}"')
    return Shown(json, f'W/"{_tag(found.model_dump_json(exclude={apart_from}))}"')


def _tag(json: str) -> str:
    return hashlib.blake2b(json.encode(), digest_size=TAG_BYTES).hexdigest()
