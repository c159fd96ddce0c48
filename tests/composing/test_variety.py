"""Offices discount letters that are alike: two hundred people who add nothing of their own write different ones."""

import itertools
import uuid

import pytest

from app.composing import texts
from app.composing.compose import ComposedLetter, compose
from app.models.letter_texts import Audience
from app.services.handing_in.letters import seed_of
from tests.composing.pieces import brief, office, official, opened, prisoner

HOUSE = sorted(path.name for path in texts.FOLDER.iterdir() if path.is_dir())
KINDS = {Audience.AUTHORITY: "prosecutor_general", Audience.DIPLOMAT: "ambassador", Audience.GOVERNMENT: "minister"}
FACT, DEMAND = "Facts that are the same in all.", "a demand that is the same in all"
PEOPLE = 200
COMPARED = 40  # each with each


def two_hundred(language: str, audience: Audience) -> list[ComposedLetter]:
    """The letters of so many people to one office; all sign with the organisation's name."""
    to = office(kind=KINDS[audience], own_government=audience is Audience.GOVERNMENT, languages=[language])
    content = brief(
        privacy="organisation",
        demands={language: [DEMAND]},
        texts={language: texts.of_the_house(language)},
        prisoners=[prisoner(summary={language: FACT})],
        offices=[to],
    )
    digests = (uuid.uuid5(uuid.NAMESPACE_URL, str(n)).bytes * 2 for n in range(PEOPLE))
    people = (opened(language=language, paragraph=None, seed=seed_of(digest, to.id)) for digest in digests)
    return [compose(content, to, official(), person) for person in people]


def three_grams(letter: ComposedLetter) -> set[tuple[str, ...]]:
    """The sequences of three words, facts and demands left out."""
    words = letter.body.replace(FACT, "").replace(f"– {DEMAND}", "").split()
    return set(zip(words, words[1:], words[2:], strict=False))


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("language", HOUSE)
def test_no_two_of_two_hundred_letters_are_equal_and_they_share_little(language: str, audience: Audience) -> None:
    letters = two_hundred(language, audience)

    assert len({letter.body for letter in letters}) == PEOPLE
    assert all(letter.body.count(f"– {DEMAND}\n") == 1 for letter in letters)
    grams = [three_grams(letter) for letter in letters[:COMPARED]]
    alike = [len(a & b) / len(a | b) for a, b in itertools.combinations(grams, 2)]
    assert sum(alike) / len(alike) < 0.25  # half of what is asked for


def test_the_seed_of_a_person_and_an_office_is_the_same_for_ever() -> None:
    seed = seed_of(b"a digest of sixteen bytes", uuid.UUID(int=11))

    assert seed == 1_168_599_510_594_927_679


def test_each_round_of_a_campaign_has_variants_of_its_own() -> None:
    digest, office_id = b"a digest of sixteen bytes", uuid.UUID(int=11)

    seeds = {seed_of(digest, office_id, round_) for round_ in range(100)}

    assert len(seeds) == 100
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert seed_of(digest, office_id, 0) == seed_of(digest, office_id)
