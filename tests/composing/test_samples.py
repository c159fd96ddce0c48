"""The letters that the documentation shows are letters as they are composed.

Renew the picture, and print the other two: `python -m tests.composing.test_samples` from the project's folder.
"""

from datetime import date
from typing import Any

import pypdfium2 as pdfium

from app.composing import declension, paper, press, texts
from app.composing.brief import BriefContent, BriefPrisoner
from app.composing.compose import ComposedLetter, compose
from app.composing.sender import Supporter, display_name
from app.config import PROJECT
from app.models.paper import Paper
from app.models.prisoner import Gender
from tests.composing.pieces import brief, office, official, opened, prisoner
from tests.printed import pages, words

DOCS = PROJECT / "docs"
PICTURE = DOCS / "pictures" / "letter-fr.png"
MEDICAL_CARE = (
    "немедленный доступ Марии Колесниковой ко всей медицинской помощи, "
    "которой требуют её серьёзные проблемы со здоровьем."
)
SCALE = 1.34  # pixels a point
JEANNE = Supporter("Jeanne Exemple", "jeanne@example.org", "FR", "Lyon", "12 rue de l'Exemple", "69001")


def sample(
    language: str, who: Supporter, people: list[BriefPrisoner], demands: list[str], *, kind: str, **own: Any
) -> tuple[BriefContent, ComposedLetter]:
    """Return a letter with what it was composed from."""
    to = office(
        kind=kind,
        languages=[language],
        title={language: "Procureur général de la République du Bélarus"},
        institution={language: "Parquet général"},
        postal_address="ul. Vymyshlennaya 2\n220000 Minsk",
    )
    content = brief(
        urgent=own.pop("urgent", False),
        privacy=own.pop("privacy", "name_and_town"),
        demands={language: demands},
        texts={language: texts.of_the_house(language)},
        prisoners=people,
        offices=[to],
    )
    return content, compose(content, to, official(), opened(language=language, supporter=who, **own))


def by_email() -> tuple[BriefContent, ComposedLetter]:
    """To a prosecutor general, in German."""
    told = "Ada Prisoner, Lehrerin, wurde im Mai 2026 zu drei Jahren Haft verurteilt. Sie ist krank und erhält keine"
    return sample(
        "de",
        Supporter("Sam Quill", "sam@example.org", "DE", "Berlin"),
        [prisoner(summary={"de": f"{told} Medikamente."})],
        ["die sofortige Freilassung von Ada Prisoner;", "medizinische Versorgung für Ada Prisoner."],
        kind="prosecutor_general",
        seed=2_024_093,
        paragraph="In Berlin arbeite ich als Krankenschwester und weiß, was fehlende Behandlung bedeutet.",
        arguments=("dignity", "fairness"),
    )


def to_an_ambassador() -> tuple[BriefContent, ComposedLetter]:
    """In Russian, urgent, about two, whose names are declined."""
    dated = "(демонстрация, по состоянию на сентябрь 2024 года)"
    maria = (
        "Мария Колесникова находится в заключении в Беларуси; у неё серьёзные проблемы со здоровьем "
        f"{dated}. Её семья просит о срочном международном вмешательстве."
    )
    ihar = f"Журналист Игорь Карней находится в заключении в Беларуси и признан политическим заключённым {dated}."
    people = [
        declined("Мария Колесникова", Gender.FEMALE, maria),
        declined("Игорь Карней", Gender.MALE, ihar),
    ]
    return sample(
        "ru",
        Supporter("Ада Пример", "ada@example.org", "US", "Boston"),
        people,
        [
            "немедленное освобождение Марии Колесниковой и Игоря Карнея;",
            MEDICAL_CARE,
        ],
        kind="ambassador",
        seed=14 * 7**9,
        urgent=True,
        paragraph=None,
        role="как медсестра",
    )


def on_paper() -> tuple[BriefContent, ComposedLetter]:
    """In French, as it is printed."""
    told = (
        "Ada Example, enseignante, a été condamnée en mai 2026 à trois ans de prison pour avoir signé une lettre "
        "ouverte. Depuis août, elle est gravement malade, et sa famille est sans nouvelles."
    )
    return sample(
        "fr",
        JEANNE,
        [prisoner(name="Ada Example", names={}, summary={"fr": told})],
        [
            "la libération immédiate et sans condition d'Ada Example\u00a0;",
            "l'accès sans délai à des soins médicaux adaptés\u00a0;",
            "le droit de recevoir des lettres et des visites de sa famille.",
        ],
        kind="prosecutor_general",
        privacy="full_address",
        seed=9,
        paragraph="Infirmière à Lyon, je sais ce que signifie attendre des soins qui ne viennent pas.",
    )


def declined(name: str, gender: Gender, summary: str) -> BriefPrisoner:
    """A prisoner with the case forms that the rule makes."""
    person = prisoner(name=name, names={"ru": name}, gender=gender, summary={"ru": summary})
    forms = {case: form.text for case, form in declension.forms(person, "ru").items()}
    return person.model_copy(update={"cases": {"ru": forms}})


def printed() -> bytes:
    content, letter = on_paper()
    posting = paper.Posting(date(2026, 12, 1), "FR", Paper.A4_RIGHT, "fr")
    return press.letter(paper.sheet(content, content.offices[0], letter, JEANNE, language="fr", posting=posting))


def shown() -> str:
    return words((DOCS / "letters.md").read_text(encoding="utf-8"))


def test_the_german_letter_is_one_that_leaves() -> None:
    content, letter = by_email()

    assert words(f"Subject: {letter.subject} {letter.body}") in shown()
    assert f'From: "{display_name(content, Supporter("Sam Quill", "", "DE"))} via' in shown()


def test_the_russian_letter_is_one_that_leaves() -> None:
    _, letter = to_an_ambassador()

    assert words(f"{letter.subject} {letter.body}") in shown()
    assert "Марии Колесниковой и Игоря Карнея" in letter.body.split("\n– ")[0]


def test_the_french_letter_is_shown_as_a_picture_of_one_page() -> None:
    (page,) = pages(printed())

    assert "Je vous prie d'agréer, Monsieur le Procureur général," in words(page.text)
    assert f"pictures/{PICTURE.name}" in shown()
    assert PICTURE.read_bytes().startswith(b"\x89PNG")


if __name__ == "__main__":
    from PIL import ImageOps

    for _, each in (by_email(), to_an_ambassador()):
        print(f"{each.subject}\n\n{each.body}")  # noqa: T201 - what this is for
    with pdfium.PdfDocument(printed()) as document:
        ImageOps.expand(document[0].render(scale=SCALE).to_pil(), border=1, fill="gray").save(PICTURE)
