"""Supporters, as many as are wanted: each with a name that stands nowhere else, and a story drawn by chance."""

import random
import re
import string
from dataclasses import dataclass
from typing import Any

from tests.factories import submission

COUNTRIES = ("DE", "CH", "FR", "PL", "GB")
LANGUAGES = ("en", "de", "ru")
PERSONAL = re.compile(rb"quill[a-z]{4}|supporter\.example\.org", re.IGNORECASE)  # what no log may hold
TO_ALL = 0.15  # of the people write to the slow office too
LONGEST_PAUSE = 4.0  # seconds until somebody changes their mind


@dataclass(frozen=True)
class Person:
    """`to_all`: to the slow office too. `confirms`: how often; 0 is never.

    `ends`: what they do in the end, if anything, after `pause` seconds.
    """

    body: dict[str, Any]
    key: str
    asks_twice: bool
    confirms: int
    to_all: bool
    ends: str | None
    pause: float


def person(seed: str, number: int) -> Person:
    chance = random.Random(f"{seed} person {number}")
    # now and then somebody writes a second time, under another key
    who = number if number % 25 else max(number - chance.randint(1, 20), 0)
    name = "quill" + _letters(who)
    return Person(
        body=submission(
            supporter={
                "name": f"Zenobia {name.title()}",
                "email": f"zenobia.{name}@supporter.example.org",
                "country": COUNTRIES[who % len(COUNTRIES)],
            },
            language=chance.choice(LANGUAGES),
        ),
        key=f"nemesis-{number}",
        asks_twice=chance.random() < 0.1,
        to_all=chance.random() < TO_ALL,
        confirms=chance.choices([0, 1, 2, 3], [15, 70, 10, 5])[0],
        ends=chance.choices([None, "cancel", "erase"], [70, 15, 15])[0],
        pause=chance.uniform(0, LONGEST_PAUSE),
    )


def _letters(number: int) -> str:
    word = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        word += string.ascii_lowercase[rest]
    return word
