"""Where an organisation's words still name a prisoner: all that a campaign says, its updates, and who signed it."""

import re
import uuid
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import declension
from app.models.campaign import Campaign
from app.models.endorsement import Endorsement
from app.models.news import News
from app.models.prisoner import Prisoner

WORD = re.compile(r"\w+")
SHORTEST = 3  # letters of a part of a name
SAID = ("title", "summary", "demands", "instructions", "texts", "outcome_note", "trouble")


class Mentioned(NamedTuple):
    """A campaign, and the places in its words at which a name stands."""

    campaign: Campaign
    places: list[str]


class Forms(NamedTuple):
    """What a name is searched for by: whole, and word by word, each in small letters."""

    whole: frozenset[str]
    words: frozenset[str]

    def are_in(self, text: str) -> bool:
        folded = text.casefold()
        return not self.words.isdisjoint(WORD.findall(folded)) or any(each in folded for each in self.whole)


def forms(prisoner: Prisoner) -> Forms:
    """Return every form of the name: as stored, in each case, and those of its words that begin with a capital."""
    stored = [prisoner.name, *prisoner.names.values()]
    stored += chain.from_iterable(cases.values() for cases in prisoner.cases.values())
    stored += [form.text for each in declension.DECLINING for form in declension.forms(prisoner, each).values()]
    words = {word for text in stored for word in WORD.findall(text) if len(word) >= SHORTEST and not word.islower()}
    return Forms(frozenset(map(str.casefold, stored)), frozenset(map(str.casefold, words)))


async def of(session: AsyncSession, prisoner: Prisoner, touched: Collection[uuid.UUID]) -> list[Mentioned]:
    """Search the campaigns that are touched, and all others of the prisoner's organisation; return where they name."""
    own = col(Campaign.organisation_id) == prisoner.organisation_id
    which = select(Campaign).where(sa.or_(own, col(Campaign.id).in_(touched))).order_by(col(Campaign.id))
    campaigns = (await session.exec(which)).all()
    named, beside = forms(prisoner), await _beside(session, [each.id for each in campaigns])
    found = [
        Mentioned(each, [place for place, text in _texts(each, beside.get(each.id, {})) if named.are_in(text)])
        for each in campaigns
    ]
    return [each for each in found if each.places]


def _texts(campaign: Campaign, beside: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _leaves("", {**{name: getattr(campaign, name) for name in SAID}, **beside})


async def _beside(session: AsyncSession, campaign_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Return by campaign what is said of it in other tables."""
    found: dict[uuid.UUID, dict[str, Any]] = {id_: {} for id_ in campaign_ids}
    updates = await session.exec(select(News).where(col(News.campaign_id).in_(campaign_ids)))
    for news in updates:
        said = news.model_dump(include={"text", "instructions"})
        found[news.campaign_id].setdefault("updates", {})[str(news.id)] = said
    signed = await session.exec(select(Endorsement).where(col(Endorsement.campaign_id).in_(campaign_ids)))
    for each in signed:
        said = each.model_dump(include={"name", "signatory", "signatory_role"})
        found[each.campaign_id].setdefault("endorsements", {})[str(each.id)] = said
    return found


def _leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield each text with the pointer to it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(f"{place}/{name}", each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(f"{place}/{number}", each)
