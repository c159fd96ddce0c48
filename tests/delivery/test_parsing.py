"""A letter by e-mail: whoever writes about whomever, in any script, it parses and holds all demands, unchanged."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.composing import texts
from app.composing.compose import compose
from app.composing.sender import display_name
from app.delivery.message import Mail, to_bytes
from app.models.letter_texts import Audience
from app.models.text import OwnWords, PersonName
from tests.composing.pieces import brief, office, official, opened, prisoner, supporter
from tests.composing.test_compose import VISIBLE, accepted

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUSE = sorted(path.name for path in texts.FOLDER.iterdir() if path.is_dir())
KINDS = {Audience.AUTHORITY: "prosecutor_general", Audience.DIPLOMAT: "ambassador", Audience.GOVERNMENT: "minister"}
SCRIPTS = [
    "Latin éłß",
    "Ўладзімір",
    "Ἀθηνᾶ",
    "محمد علی",
    "שָׁלוֹם",
    "नरेंद्र",
    "ไทยแลนด์",
    "김철수",
    "田中太郎",
    "ნინო",
    "አበበ",
    "😀 Sam",
]
DEMANDS = ["release of {};", "a doctor for {}\u00a0;", "{{ 7*7 }} for {}."]
NAMES = st.text(VISIBLE, min_size=2, max_size=100) | st.sampled_from(SCRIPTS)


@pytest.mark.parametrize("language", HOUSE)
@settings(max_examples=25, deadline=None)
@given(
    audience=st.sampled_from(Audience),
    name=NAMES,
    held=NAMES,
    words=st.text(VISIBLE, min_size=20, max_size=1_000),
    seed=st.integers(0, 2**63 - 1),
)
@example(audience=Audience.AUTHORITY, name="{{7*7}} Ada", held="{0.__class__}", words="{% raw %}" * 4, seed=1)
@example(audience=Audience.DIPLOMAT, name="田中太郎", held="محمد علی", words="السلام عليكم " * 20, seed=2)
def test_every_letter_parses_and_holds_all_demands(
    language: str, audience: Audience, name: str, held: str, words: str, seed: int
) -> None:
    who, whom = accepted(PersonName, name) or "Sam", accepted(PersonName, held) or "Ada"
    demands = [each.replace("{}", whom) for each in DEMANDS]
    to = office(kind=KINDS[audience], own_government=audience is Audience.GOVERNMENT, languages=[language])
    content = brief(
        demands={language: demands},
        texts={language: texts.of_the_house(language)},
        prisoners=[prisoner(name=whom, names={}, summary={language: f"{whom}."})],
        offices=[to],
    )
    writer = supporter(name=who)
    person = opened(language=language, supporter=writer, paragraph=accepted(OwnWords, words), seed=seed)
    letter = compose(content, to, official(), person)
    mail = Mail(
        sender="letters@campaign.example.org",
        sender_name=f"{display_name(content, writer)} via campaign.example.org",
        to="prosecutor@by.example.org",
        subject=letter.subject,
        body=letter.body,
        message_id="0193-1@campaign.example.org",
        person=who,
    )

    parsed = message_from_bytes(to_bytes(mail, at=AT), _class=EmailMessage, policy=policy.default)

    assert parsed.defects == []
    assert str(parsed.get_content()).replace("\r\n", "\n") == letter.body
    assert "".join(f"– {demand}\n" for demand in demands) in letter.body
