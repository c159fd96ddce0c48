"""What a seed chooses, it chooses for ever: a letter that waits leaves as its writer saw it, whatever we rebuild."""

import hashlib
import uuid

from app.composing.compose import compose
from app.models.campaign import Audience, LetterTexts
from tests.composing.pieces import ANOTHER, brief, handed, office, official, prisoner

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
        letter = compose(content, content.offices[n % 5 == 0], holder, handed(seed=seed, prisoner_id=about, **chosen))
        told.update(f"{letter.subject}\n{letter.body}\n".encode())

    assert told.hexdigest() == FOREVER
