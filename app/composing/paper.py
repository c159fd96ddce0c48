"""A letter on paper: as text to copy into a form, or as a sheet to be printed."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from app.composing import dates, envelope, places, room
from app.composing.brief import BriefContent, BriefOffice
from app.composing.compose import ComposedLetter
from app.composing.formats import FORMATS, Area, Format
from app.composing.sender import Supporter, place, signature
from app.models.office import Channel
from app.models.paper import Paper

SPACE = "\n\n\n"
TEXT_WIDTH = 165.0  # millimetres, at least
TEXT_SIZE = 11.0  # points, the first of the sizes in templates/paper/letter.typ
ADDRESS_SIZES = (10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
RETURN_SIZES = (7.0, 6.5, 6.0, 5.5)
RETURN_LINE = " · "
MAY_BREAK = "\u200b"


@dataclass(frozen=True)
class Line:
    """A line of text, with the direction in which it is read."""

    text: str
    rtl: bool


@dataclass(frozen=True)
class Block:
    """Lines in an area of their own; without a size, they must be measured."""

    area: Area
    lines: list[Line]
    size: float | None


@dataclass(frozen=True)
class Sheet:
    """All that stands on one sheet. Paragraphs are lists of lines."""

    format: Format
    language: str
    rtl: bool  # the direction of the letter's language
    subject: Line
    sender: Block
    to: Block
    sent_by: Block | None  # in the window, over the address
    place_and_date: Line
    text: list[list[Line]]
    name: list[Line]  # under the room to sign
    below: list[list[Line]]
    flows: bool = False  # over as many pages as it takes


@dataclass(frozen=True)
class Posting:
    """When, where and on what a letter is printed and posted."""

    day: date
    country: str
    paper: Paper
    language: str  # that its writer reads


def as_text(letter: ComposedLetter, office: BriefOffice, *, channel: Channel, language: str) -> str:
    """Return the letter under the address or the form for which it is meant."""
    where = office.postal_address if channel is Channel.POST else office.web_form_url
    to = "\n".join(filter(None, (office.title_in(language), office.institution.get(language), where)))
    return SPACE.join((to, letter.subject, letter.body))


def sheet(
    brief: BriefContent,
    office: BriefOffice,
    letter: ComposedLetter,
    supporter: Supporter,
    *,
    language: str,
    posting: Posting,
) -> Sheet:
    """Lay a composed letter out: the sender's lines above, their name again under the room to sign."""
    sender = signature(brief, office, supporter, language=language)
    to = envelope.address(office, language=language, posted_in=posting.country, letters_of=posting.language)
    over = dates.place_and_date(place(brief, supporter), posting.day, language=language, country=supporter.country)
    text, signed, below = _around(letter.body, "\n".join(sender))
    format_ = FORMATS[posting.paper]
    return Sheet(
        format=format_,
        language=language,
        rtl=places.reads_right_to_left(language),
        subject=_line(letter.subject),
        sender=_block(format_.sender, sender, ADDRESS_SIZES),
        to=_block(format_.address, to, ADDRESS_SIZES),
        sent_by=_block(format_.return_line, [RETURN_LINE.join(sender)], RETURN_SIZES) if format_.return_line else None,
        place_and_date=_line(over),
        text=_paragraphs(text),
        name=[_line(sender[0])] if signed else [],
        below=_paragraphs(below),
    )


def _around(body: str, sign: str) -> tuple[str, bool, str]:
    """Return what stands before the signature, whether it is there, and what follows it."""
    before, found, after = body.rpartition(f"\n\n{sign}\n")
    return (before, True, after) if found else (body, False, "")


def _paragraphs(text: str) -> list[list[Line]]:
    return [[_line(line) for line in each.split("\n")] for each in text.strip().split("\n\n") if each.strip()]


def _block(area: Area, lines: list[str], sizes: tuple[float, ...]) -> Block:
    laid = [_line(line, width=area.width, size=sizes[0]) for line in lines]
    return Block(area, laid, room.size_for(area, lines, sizes))


def _line(text: str, *, width: float = TEXT_WIDTH, size: float = TEXT_SIZE) -> Line:
    words = (word if room.fits(word, width=width, size=size) else _breakable(word) for word in text.split(" "))
    return Line(" ".join(words), _reads_right_to_left(text))


def _breakable(word: str) -> str:
    """Let a word that fits on no line break before any of its letters, but not before a letter's marks."""
    return "".join(
        character if unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf"} else MAY_BREAK + character
        for character in word
    )


def _reads_right_to_left(text: str) -> bool:
    """Tell the direction by the first letter that has one, as Unicode does (UAX 9, P2)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((each != "L" for each in strong if each in {"L", "R", "AL"}), False)
