"""What a seed chooses, it chooses for ever: a letter that waits leaves as its writer saw it, whatever we rebuild."""

import hashlib
import uuid

from app.composing.brief import BriefOffice
from app.composing.compose import compose
from app.models.letter_texts import Audience, LetterTexts
from tests.composing.pieces import ANOTHER, brief, office, official, opened, prisoner

SEEDS = range(0, 2**63, 2**63 // 4_000)
NEEDY = "{{ prisoner.occupation }}: variant"  # only where it is known of everybody
TEXTS = LetterTexts.model_validate(
    {
        "subjects": [f"Subject {n} {{{{ names }}}}" for n in range(7)],
        "openings": ["Opening {{ office.title }}", NEEDY, "Opening 2", "Opening {{ country }}"],
        "requests": [f"Request {n}" for n in range(5)],
        "endings": ["Ending", "Ending {{ campaign.code }}", "{{ office.institution }} ends"],
        "arguments": {
            key: {"label": key, "variants": [f"{key} {n}" for n in range(3)]} for key in ("law", "mercy", "faith")
        },
    }
)
FOREVER = "e9d0bb7949d66d648e87dadb724fb324e93b5cdda3204dce8cc6f970fc040fb2"


def test_thousands_of_seeds_choose_what_they_always_chose() -> None:
    told, holder = hashlib.sha256(), official()
    teacher = prisoner(occupation={"en": "teacher"}, summary={"en": "Facts."})
    to = office(salutations={"en": "Dear {surname},"}, institution={"en": "The Institution"})
    content = brief(texts={"en": dict.fromkeys(Audience, TEXTS)}, prisoners=[teacher, ANOTHER], offices=[to, office()])
    for n, seed in enumerate(SEEDS):
        chosen = {"arguments": ("mercy", "law")} if n % 3 == 0 else {}
        about = uuid.UUID(int=1) if n % 2 else None
        letter = compose(content, content.offices[n % 5 == 0], holder, opened(seed=seed, prisoner_id=about, **chosen))
        told.update(f"{letter.subject}\n{letter.body}\n".encode())

    assert told.hexdigest() == FOREVER


def test_what_is_kept_of_one_letter_says_nothing_in_another() -> None:
    teacher, nurse = prisoner(occupation={"en": "teacher"}), prisoner(occupation={"en": "nurse"})
    texts = TEXTS.model_copy(update={"openings": [NEEDY], "endings": ["{{ office.title }}"]})
    first = brief(texts={"en": dict.fromkeys(Audience, texts)}, prisoners=[teacher], offices=[office(), elsewhere()])
    next_edition = first.model_copy(update={"prisoners": [nurse], "demands": {"en": ["another demand"]}})

    bodies = [compose(content, to, None, opened()).body for content in (first, next_edition) for to in first.offices]

    assert ["teacher" in each for each in bodies] == [True, True, False, False]
    assert ["another demand" in each for each in bodies] == [False, False, True, True]
    assert [each.count("Elsewhere") for each in bodies] == [0, 1, 0, 1]


def test_who_comes_into_office_is_greeted_and_no_longer_who_held_it() -> None:
    content = brief(offices=[office(salutations={"en": "Dear {surname},"})])
    holders = (official(), official(surname="Newcomer"), None)

    greetings = [compose(content, content.offices[0], each, opened()).body.splitlines()[0] for each in holders]

    assert greetings[:2] == ["Dear Muster,", "Dear Newcomer,"]
    assert "Muster" not in greetings[2]


def elsewhere() -> BriefOffice:
    return office(id=uuid.UUID(int=12), title={"en": "Elsewhere"})
