"""The press: sheets go in, a PDF comes out. What stands on a sheet is data for the template, never markup."""

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import pikepdf
import typst

from app.composing import fonts
from app.composing.paper import Sheet

INTENT = "/OutputIntents"  # which typst writes into PDF/A only
AT_ONCE = 10  # sheets of one compilation: more are hardly faster, and the compiler remembers them all


@dataclass(frozen=True)
class Row:
    """A line of a cover list."""

    office: str
    country: str
    letters: int


@dataclass(frozen=True)
class Cover:
    """The list that lies on top of a print run."""

    title: str
    number: int
    day: str
    width: float
    height: float
    rows: list[Row]


def letter(sheet: Sheet) -> bytes:
    """Return one letter as PDF/A, on one page."""
    return _compiled("letter.typ", sheets=[sheet], marks=False, fit=True)


def run(cover: Cover, sheets: Iterable[Sheet]) -> bytes:
    """Return a cover list and the letters behind it, each on one page with fold marks, as one PDF/A."""
    listed = _compiled("cover.typ", cover=cover)
    with pikepdf.open(BytesIO(listed)) as whole:
        waiting = iter(sheets)
        while batch := list(islice(waiting, AT_ONCE)):
            with _pages(batch) as part:
                if INTENT not in part.Root:
                    _declare_no_archive(whole)
                whole.pages.extend(part.pages)
        return _untagged(whole)


def _pages(sheets: Sequence[Sheet]) -> pikepdf.Pdf:
    """Return the sheets in the usual type; where that takes more pages than sheets, in type that fits."""
    pdf = pikepdf.open(BytesIO(_compiled("letter.typ", sheets=sheets, marks=True, fit=False)))
    if len(pdf.pages) == len(sheets):
        return pdf
    pdf.close()
    return pikepdf.open(BytesIO(_compiled("letter.typ", sheets=sheets, marks=True, fit=True)))


def _declare_no_archive(pdf: pikepdf.Pdf) -> None:
    for name in (INTENT, "/Metadata"):
        if name in pdf.Root:
            del pdf.Root[name]


def _untagged(pdf: pikepdf.Pdf) -> bytes:
    """Save without the tags, which would describe the first part only. PDF/A-2b needs none."""
    for name in ("/StructTreeRoot", "/MarkInfo"):
        if name in pdf.Root:
            del pdf.Root[name]
    for page in pdf.pages:
        if "/StructParents" in page:
            del page["/StructParents"]
    out = BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


_lock = threading.Lock()


def _compiled(template: str, **values: object) -> bytes:
    """Compile a template with these values. Letters that no font has make boxes, which PDF/A forbids: then without."""
    inputs = {"data": json.dumps(values, ensure_ascii=False, default=vars)}
    with _lock:  # a compiler serves one at a time
        try:
            return _compile(template, inputs, archive=True)
        except typst.TypstError:
            return _compile(template, inputs, archive=False)


def _compile(template: str, inputs: dict[str, str], *, archive: bool) -> bytes:
    pdf = fonts.compiler(template).compile(format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"] if archive else [])
    assert isinstance(pdf, bytes)  # noqa: S101 - one document, kept in memory
    return pdf
