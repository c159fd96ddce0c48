"""The wording of the joint letter of organisations: sound, and in the voice of “we”."""

import re
from itertools import product

import pytest

from app.composing import facts, lint, templates, texts
from app.models.letter_texts import Audience
from tests.composing.pieces import brief, office
from tests.composing.test_texts import HOUSE, groups

SINGULAR = {
    "be": re.compile(r"\b(?:я|мяне|мне|мой|мая|маю|прашу|пішу)\b", re.IGNORECASE),
    "de": re.compile(r"\b(?:ich|mich|mir|mein\w*)\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:I|me|my|mine)\b"),
    "es": re.compile(r"\b(?:yo|mi|mí|me|quisiera|pido|ruego)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:je|j'|me|mon|ma|mes)\b", re.IGNORECASE),
    "pl": re.compile(r"\b(?:ja|mnie|mi|mój|moje\w*|piszę|proszę)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(?:я|меня|мне|мой|моя|мою|прошу|пишу)\b", re.IGNORECASE),
    "uk": re.compile(r"(?<![\w'])(?:я|мене|мені|мій|моя|мою|прошу|пишу)\b", re.IGNORECASE),
}
SMALL_AFTER_COMMA = {"de", "pl"}


@pytest.mark.parametrize("language", HOUSE)
def test_the_joint_letter_is_sound_and_speaks_of_us(language: str) -> None:
    frame = texts.joint(language)
    assert frame
    for people, audience in product(groups(language), Audience):
        known = facts.known(brief(), office(), tuple(people), language=language)
        assert not list(lint.faults(frame.to(audience), [known]))
        said = " ".join(part[0] for _, part in lint.parts(frame.to(audience)))
        assert not SINGULAR[language].search(said)


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("audience", Audience)
def test_the_joint_letter_goes_on_after_the_salutation_as_the_language_wants(language: str, audience: Audience) -> None:
    frame = texts.joint(language)
    assert frame
    known = facts.known(brief(), office(), tuple(groups(language)[0]), language=language)

    openings = [templates.render(each, known) for each in frame.to(audience).openings]

    assert all(each[0].islower() == (language in SMALL_AFTER_COMMA) for each in openings)
