"""What a printed page holds, read back from the PDF as a viewer reads it. Lengths are millimetres."""

import re
from dataclasses import dataclass
from io import BytesIO

import pikepdf
import pypdfium2 as pdfium

from app.composing.formats import Area

POINT = 25.4 / 72
PATH = pdfium.raw.FPDF_PAGEOBJ_PATH


@dataclass(frozen=True)
class Page:
    """One page: its size, its text in reading order, and each visible character with its box from the top left."""

    width: float
    height: float
    text: str
    characters: list[tuple[str, Area]]
    strokes: list[Area]

    def inside(self, area: Area) -> str:
        """The text whose characters lie wholly inside."""
        return _plain("".join(each for each, box in self.characters if _holds(area, box)))

    def touching(self, area: Area) -> str:
        """The text whose characters lie inside at least partly."""
        return _plain("".join(each for each, box in self.characters if _meets(area, box)))

    @property
    def off_the_page(self) -> str:
        """What a printer would cut off."""
        whole = Area(0, 0, self.width, self.height)
        return _plain("".join(each for each, box in self.characters if not _holds(whole, box)))


def pages(pdf: bytes) -> list[Page]:
    document = pdfium.PdfDocument(pdf)
    try:
        return [_page(document[number]) for number in range(len(document))]
    finally:
        document.close()


def words(text: str) -> str:
    """Text as it was meant: without the line breaks of the page."""
    return " ".join(text.replace("\u200b", "").replace("\ufffe", "").split())


def fonts(pdf: bytes) -> dict[str, bool]:
    """The fonts of a PDF, and whether each is embedded."""
    found = {}
    with pikepdf.open(BytesIO(pdf)) as opened:
        for each in opened.objects:
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
                name = re.sub(r"^/[A-Z]{6}\+", "", str(each.FontName))
                found[name] = any(key in each for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found


def archived(pdf: bytes) -> bool:
    """Whether the PDF declares PDF/A-2b, and has what that asks of a file: output intent, id, fonts inside."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        with opened.open_metadata() as metadata:
            declared = metadata.get("pdfaid:part") == "2" and metadata.get("pdfaid:conformance") == "B"
        intent = opened.Root.get("/OutputIntents")
        return declared and intent is not None and "/ID" in opened.trailer and all(fonts(pdf).values())


def _page(page: pdfium.PdfPage) -> Page:
    text = page.get_textpage()
    height = page.get_height()
    characters = []
    for index in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(index)
        character = text.get_text_range(index, 1)
        if character.strip():
            box = Area(left * POINT, (height - top) * POINT, (right - left) * POINT, (top - bottom) * POINT)
            characters.append((character, box))
    strokes = [
        Area(left * POINT, (height - top) * POINT, (right - left) * POINT, (top - bottom) * POINT)
        for left, bottom, right, top in (each.get_bounds() for each in page.get_objects(filter=[PATH]))
    ]
    return Page(page.get_width() * POINT, height * POINT, text.get_text_range(), characters, strokes)


def _plain(text: str) -> str:
    return "".join(text.split())


def _holds(area: Area, box: Area) -> bool:
    slack = 0.05
    return (
        box.left >= area.left - slack
        and box.top >= area.top - slack
        and box.left + box.width <= area.left + area.width + slack
        and box.top + box.height <= area.top + area.height + slack
    )


def _meets(area: Area, box: Area) -> bool:
    return (
        box.left < area.left + area.width
        and box.left + box.width > area.left
        and box.top < area.top + area.height
        and box.top + box.height > area.top
    )
