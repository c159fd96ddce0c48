"""How long composing a letter takes, and how alike the letters of two hundred people are who add nothing."""

import itertools
import time
import uuid
from collections.abc import Iterator

from app.composing import lint, texts
from app.composing.brief import BriefContent
from app.composing.compose import ComposedLetter, Opened, OwnPart, compose
from app.composing.sender import Supporter
from app.models.letter_texts import Audience
from app.models.official import Holder
from app.models.prisoner import Gender
from app.services.handing_in.letters import seed_of

LANGUAGES = ("en", "de", "fr", "es", "pl", "ru", "uk", "be")
PEOPLE = 200
HOSTILE = [
    "{% if urgent %}" * 110 + "x" + "{% endif %}" * 110,
    "{{ " + "(" * 1_500 + "names" + ")" * 1_500 + " }}",
    "{% if " + "not " * 900 + "urgent %}x{% endif %}",
    "{% if " + " or ".join(["urgent"] * 440) + " %}x{% endif %}",
    "{% for a in range(9) %}" * 80 + "{{ 'a' * 9**9 }}" + "{% endfor %}" * 80,
    "{{ names.__class__.__mro__ }}" * 130,
]
KINDS = {Audience.AUTHORITY: "prosecutor_general", Audience.DIPLOMAT: "ambassador", Audience.GOVERNMENT: "minister"}


def microseconds(language: str, audience: Audience, *, rounds: int = 7) -> float:
    """Return the CPU time of composing one letter with a paragraph, by a thousand seeds; the smallest of rounds."""
    content, people = brief(language, audience), [opened(language, n, paragraph="x" * 400) for n in range(1_000)]
    office, official = content.offices[0], holder()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        for person in people:
            compose(content, office, official, person)
        times.append((time.process_time() - began) / len(people) * 1e6)
    return min(times)


def alike(language: str, audience: Audience) -> tuple[float, int]:
    """Return the mean pairwise similarity of what is not fact, demand or name, and the number of equal bodies."""
    content = brief(language, audience)
    office, official = content.offices[0], holder()
    letters = [compose(content, office, official, opened(language, n)) for n in range(PEOPLE)]
    shingles = [frozenset(_three_grams(letter)) for letter in letters]
    pairs = [len(a & b) / len(a | b) for a, b in itertools.combinations(shingles, 2)]
    return sum(pairs) / len(pairs), PEOPLE - len({_own(letter) for letter in letters})


def refusing() -> float:
    """Return the milliseconds in which the slowest of several hostile texts is refused."""
    return max(_refusing(source) for source in HOSTILE)


def brief(language: str, audience: Audience) -> BriefContent:
    """A campaign about one prisoner in one language, with one office."""
    return BriefContent.model_validate(
        {
            "campaign_id": uuid.UUID(int=2),
            "slug": "free-ada",
            "code": "1",
            "title": {language: "Title"},
            "organisation": "Organisation",
            "opens_on": None,
            "closes_on": "2027-01-01",
            "repeat_every_days": None,
            "urgent": False,
            "privacy": "organisation",
            "name_organisation": False,
            "mail_from": None,
            "reply_to_supporter": False,
            "demands": {language: ["DEMAND ONE", "DEMAND TWO"]},
            "texts": {language: texts.of_the_house(language)},
            "prisoners": [_prisoner(language)],
            "offices": [_office(language, audience)],
        }
    )


def _prisoner(language: str) -> dict[str, object]:
    return {
        "id": uuid.UUID(int=1),
        "slug": "ada-prisoner",
        "name": "Ada Prisoner",
        "names": {},
        "cases": {},
        "gender": Gender.FEMALE,
        "country": "BY",
        "summary": {language: "FACTS"},
    }


def _office(language: str, audience: Audience) -> dict[str, object]:
    return {
        "id": uuid.UUID(int=7 << 64 | 11),
        "kind": KINDS[audience],
        "country": "BY",
        "title": {language: "Office"},
        "institution": {},
        "languages": [language],
        "channels": ["email"],
        "salutations": {},
        "postal_address": None,
        "web_form_url": None,
        "written_from": None,
        "own_government": audience is Audience.GOVERNMENT,
    }


def opened(language: str, n: int, paragraph: str | None = None) -> Opened:
    """One of many supporters."""
    seed = seed_of(uuid.uuid5(uuid.NAMESPACE_URL, str(n)).bytes * 2, uuid.UUID(int=7 << 64 | 11))
    supporter = Supporter("Sam Supporter", f"sam{n}@example.org", "DE", "Berlin")
    return Opened(supporter, OwnPart(paragraph=paragraph), None, language, seed)


def holder() -> Holder:
    return Holder(office_id=uuid.UUID(int=7 << 64 | 11), name="Pavel Muster", surname="Muster", gender=Gender.MALE)


def _refusing(source: str) -> float:
    wording = texts.of_the_house("en")[Audience.AUTHORITY].model_copy(update={"openings": ["Fine.", source]})
    began = time.perf_counter()
    assert any(pointer == "openings/1" for pointer, _ in lint.faults(wording))
    return (time.perf_counter() - began) * 1e3


def _own(letter: ComposedLetter) -> str:
    """What the wording brings: all but facts and demands."""
    return "\n".join(line for line in letter.body.splitlines() if line not in {"FACTS", "– DEMAND ONE", "– DEMAND TWO"})


def _three_grams(letter: ComposedLetter) -> Iterator[tuple[str, ...]]:
    words = _own(letter).split()
    return zip(words, words[1:], words[2:], strict=False)
