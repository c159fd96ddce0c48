"""The press: every letter is one page, with its address in the window, nothing cut off, as PDF/A."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.composing import press
from app.composing.formats import Area
from app.composing.paper import Block, Line, Sheet
from app.models.paper import Paper
from app.models.text import OwnWords, PersonName
from tests.composing.pieces import DEMANDS, supporter
from tests.composing.test_compose import VISIBLE, accepted
from tests.composing.test_paper import sheet
from tests.printed import Page, archived, fonts, pages, words

SCRIPTS = [
    "Ærøskøbing łódź",
    "Борис Кагарлицкий",
    "Ўладзімір Ґалаґан",
    "Γιώργος Παπαδόπουλος",
    "محمد بن عبد الله",
    "نرگس محمدی",
    "שרה כהן",
    "田中太郎",
    "김철수",
    "नरेंद्र",
    "ნინო",
    "Արմեն",
    "สมชาย",
]
ARABIC = ("السلام عليكم ورحمة الله وبركاته " * 40)[:1_000].strip()
MARKS = "".join(letter + "\u0301\u0302\u0323" for letter in "Ada Markovic Example Longname"[:20])  # 60 marks
ROOM_TO_SIGN = 15  # millimetres
COVER = press.Cover("BLR-1 · Free Ada", 1, "2026-11-01", 210, 297, [press.Row("Prosecutor General", "Belarus", 3)])


def printed(pdf: bytes, laid: Sheet) -> Page:
    """The only page of a letter, on which nothing is cut off."""
    (page,) = pages(pdf)
    assert (round(page.width, 1), round(page.height, 1)) == (laid.format.width, laid.format.height)
    assert page.off_the_page == ""
    return page


@pytest.mark.parametrize("paper", list(Paper))
def test_the_address_and_nothing_else_shows_in_the_window(paper: Paper) -> None:
    laid = sheet(paper_=paper)
    page = printed(press.letter(laid), laid)
    address = "".join(line.text for line in laid.to.lines).replace(" ", "")

    assert page.inside(laid.format.window).endswith(address)
    assert page.touching(laid.format.window) == page.inside(laid.format.window)
    above = page.inside(laid.format.window).removesuffix(address)
    assert above in ("", "SamQuillSupporter·Musterweg1·10115Berlin·Germany")
    assert bool(above) == (paper is Paper.A4_LEFT)


@pytest.mark.parametrize("paper", list(Paper))
def test_there_is_room_to_sign_between_the_closing_and_the_name(paper: Paper) -> None:
    laid = sheet(paper_=paper)
    characters = printed(press.letter(laid), laid).characters
    text = "".join(character for character, _ in characters)

    closing = characters[text.index("Yourssincerely,")][1]
    name = characters[text.rindex("SamQuillSupporter")][1]

    assert name.top - (closing.top + closing.height) >= ROOM_TO_SIGN


@pytest.mark.parametrize("paper", list(Paper))
def test_an_address_of_many_long_lines_still_fits_the_window(paper: Paper) -> None:
    usual = sheet(paper_=paper)
    lines = [*usual.to.lines * 3, Line("Ministry " * 22, rtl=False)]
    laid = replace(usual, to=Block(usual.to.area, lines, size=None))
    page = printed(press.letter(laid), laid)

    assert page.touching(laid.format.window) == page.inside(laid.format.window)
    assert page.inside(laid.format.window).count("Ministry") == 22


def test_all_demands_stand_on_the_page() -> None:
    laid = sheet()
    text = words(printed(press.letter(laid), laid).text)

    for demand in DEMANDS["en"]:
        assert demand in text


def test_the_letter_is_an_archive_with_its_fonts_inside() -> None:
    pdf = press.letter(sheet(supporter=supporter(name="Ада Γιώργος محمد")))

    assert archived(pdf)
    assert all(fonts(pdf).values())
    assert {"LibertinusSerif-Regular", "NotoSansArabic-Regular"} <= set(fonts(pdf))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_name_in_any_script_that_people_write_is_printed_and_archived(name: str) -> None:
    laid = sheet(supporter=supporter(name=name), paragraph=f"{name} {name} {name} – " * 3)
    pdf = press.letter(laid)

    printed(pdf, laid)
    assert archived(pdf)


def test_letters_that_no_font_has_are_printed_as_boxes_and_then_it_is_no_archive() -> None:
    laid = sheet(supporter=supporter(name="𓀀𓀁 Sam"))
    pdf = press.letter(laid)

    assert "Sam" in printed(pdf, laid).text
    assert not archived(pdf)


LINES = "\n".join(["A line of its own, and quite a long one"] * 21)


@pytest.mark.parametrize(
    "paragraph",
    [ARABIC, "word " * 199 + "end.", "W" * 1_000, "漢" * 1_000, LINES],
    ids=["arabic", "words", "one word", "chinese", "lines"],
)
@pytest.mark.parametrize("paper", [Paper.A4_RIGHT, Paper.LETTER])
def test_the_longest_paragraphs_fit_on_the_page(paragraph: str, paper: Paper) -> None:
    laid = sheet(paper_=paper, paragraph=paragraph)

    assert "Yours sincerely," in words(printed(press.letter(laid), laid).text)


def test_a_name_with_sixty_combining_marks_fits() -> None:
    laid = sheet(supporter=supporter(name=MARKS))

    assert sum(unicodedata.combining(each) > 0 for each in MARKS) >= 55
    printed(press.letter(laid), laid)


def test_arabic_is_set_from_right_to_left() -> None:
    laid = sheet(paragraph="السلام" + " كلمة" * 30)
    page = printed(press.letter(laid), laid)
    first = [box for character, box in page.characters if "\u0600" <= character <= "\u06ff" or character > "\ufb50"]

    line = [box for box in first if abs(box.top - first[0].top) < 3]
    assert max(box.left + box.width for box in line) > laid.format.width - 22  # it begins at the right margin


HOSTILE = ['#read("/etc/passwd")', "#panic()", "$ x^2 $", "*bold* _it_", "= Heading", "\\u{41}", "@ref", '"];#[']


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_write_is_data_and_never_markup(hostile: str) -> None:
    laid = sheet(paragraph=f"I think that {hostile} is wrong.", supporter=supporter(name=f"Sam {hostile}"))
    text = words(printed(press.letter(laid), laid).text)

    assert f"I think that {hostile} is wrong." in text
    assert text.count(f"Sam {hostile}") == 3


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(VISIBLE, min_size=2, max_size=100),
    own=st.text(VISIBLE, min_size=20, max_size=1_000),
    paper=st.sampled_from(Paper),
)
@example(name="﷽" * 40 + " a", own="﷽" * 500, paper=Paper.LETTER)
@example(name="W" * 100, own="iiii " * 200, paper=Paper.A4_RIGHT)
@example(name="ﷺ a" * 30, own="\u0e01\u0e49" * 500, paper=Paper.A4_LEFT)
def test_whatever_is_accepted_is_one_page(name: str, own: str, paper: Paper) -> None:
    who, paragraph = accepted(PersonName, name) or "Sam", accepted(OwnWords, own)
    laid = sheet(paper_=paper, supporter=supporter(name=who), paragraph=paragraph)

    page = printed(press.letter(laid), laid)

    assert page.touching(laid.format.window) == page.inside(laid.format.window)
    assert all(demand in words(page.text) for demand in DEMANDS["en"])


@settings(max_examples=60, deadline=None)
@given(text=st.text("abcWMm ijlÄШщ.·1-", min_size=1, max_size=60), street=st.text("aWm Ж1", min_size=1, max_size=60))
def test_what_needs_no_measuring_fits_indeed(text: str, street: str) -> None:
    laid = sheet(paper_=Paper.LETTER, supporter=supporter(name=f"A{text}", street=f"B{street}"))
    page = printed(press.letter(laid), laid)

    around = Area(24, 14, 88, 31)  # letters reach a little over the line on which their capitals stand
    assert page.touching(around) == page.inside(around) != ""
    assert page.touching(laid.format.window) == page.inside(laid.format.window)


def test_a_run_is_a_cover_list_and_one_page_for_each_letter_with_fold_marks() -> None:
    laid = [sheet(supporter=supporter(name=f"Writer {n}"), paragraph=None if n % 2 else ARABIC) for n in range(23)]
    pdf = press.run(COVER, laid)
    cover, *letters = pages(pdf)

    assert [f"Writer {n} " in words(page.text) for n, page in enumerate(letters)] == [True] * 23
    for told in ("BLR-1 · Free Ada", "Prosecutor General Belarus 3", "Total 3", "2026-11-01"):
        assert told in words(cover.text)
    assert archived(pdf)


def test_a_run_with_a_box_in_it_does_not_call_itself_an_archive() -> None:
    pdf = press.run(COVER, [sheet(), sheet(supporter=supporter(name="𓀀𓀁 Sam"))])

    assert len(pages(pdf)) == 3
    assert not archived(pdf)
    assert b"pdfaid" not in pdf


def test_one_letter_that_is_too_long_does_not_change_its_neighbours() -> None:
    usual, long = sheet(supporter=supporter(name="Usual")), sheet(paragraph="W" * 1_000)
    _, first, _, last = pages(press.run(COVER, [usual, long, usual]))

    assert [box for _, box in first.characters] == [box for _, box in last.characters]
    assert [box for _, box in first.characters] == [box for _, box in printed(press.letter(usual), usual).characters]


@pytest.mark.parametrize("paper", list(Paper))
def test_folds_are_marked_at_the_left_edge_of_runs_only(paper: Paper) -> None:
    laid = sheet(paper_=paper)
    _, page = pages(press.run(COVER, [laid]))
    (alone,) = pages(press.letter(laid))

    marks = [stroke for stroke in page.strokes if stroke.left + stroke.width < 10]
    assert [round(stroke.top + stroke.height / 2) for stroke in marks] == list(laid.format.folds)
    assert not [stroke for stroke in alone.strokes if stroke.left + stroke.width < 10]
