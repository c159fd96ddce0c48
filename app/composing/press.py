"""The press: sheets go in, a PDF comes out. What stands on a sheet is data for the template, never markup."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING

import typst

from app.composing import fonts
from app.composing.paper import Sheet

if TYPE_CHECKING:
    import pikepdf

INTENT = "/OutputIntents"  # which typst writes into PDF/A only
HANDS = 2  # compilers at work at once
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
    import pikepdf  # noqa: PLC0415 - slow to load, and seldom wanted

    listed = _compiled("cover.typ", cover=cover)
    with pikepdf.open(BytesIO(listed)) as whole, ThreadPoolExecutor(HANDS) as hands:
        for pages in _one_after_another(hands, sheets):
            with pages as part:
                if INTENT not in part.Root:
                    _declare_no_archive(whole)
                whole.pages.extend(part.pages)
        return _untagged(whole)


def _one_after_another(hands: ThreadPoolExecutor, sheets: Iterable[Sheet]) -> Iterator["pikepdf.Pdf"]:
    """Yield the pages of one batch after another, while the next ones are under way."""
    waiting = iter(sheets)
    batches = iter(lambda: list(islice(waiting, AT_ONCE)), [])
    under_way = deque(hands.submit(_pages, batch) for batch in islice(batches, HANDS))
    while under_way:
        pages = under_way.popleft().result()
        under_way.extend(hands.submit(_pages, batch) for batch in islice(batches, 1))
        yield pages


def _pages(sheets: Sequence[Sheet]) -> "pikepdf.Pdf":
    """Return the sheets in the usual type; where that takes more pages than sheets, in type that fits."""
    import pikepdf  # noqa: PLC0415 - slow to load, and seldom wanted

    pdf = pikepdf.open(BytesIO(_compiled("letter.typ", sheets=sheets, marks=True, fit=False)))
    if len(pdf.pages) == len(sheets):
        return pdf
    pdf.close()
    return pikepdf.open(BytesIO(_compiled("letter.typ", sheets=sheets, marks=True, fit=True)))


def _declare_no_archive(pdf: "pikepdf.Pdf") -> None:
    for name in (INTENT, "/Metadata"):
        if name in pdf.Root:
            del pdf.Root[name]


def _untagged(pdf: "pikepdf.Pdf") -> bytes:
    """Save without the tags, which would describe the first part only. PDF/A-2b needs none."""
    import pikepdf  # noqa: PLC0415 - slow to load, and seldom wanted

    for name in ("/StructTreeRoot", "/MarkInfo"):
        if name in pdf.Root:
            del pdf.Root[name]
    for page in pdf.pages:
        if "/StructParents" in page:
            del page["/StructParents"]
    out = BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@cache
def _idle(template: str) -> SimpleQueue[typst.Compiler]:
    """The compilers of a template that are free. Each serves one at a time, and lets other threads go on meanwhile."""
    compilers: SimpleQueue[typst.Compiler] = SimpleQueue()
    for _ in range(HANDS):
        compilers.put(fonts.compiler(template))
    return compilers


def _compiled(template: str, **values: object) -> bytes:
    """Compile a template with these values. Letters that no font has make boxes, which PDF/A forbids: then without."""
    inputs = {"data": json.dumps(values, ensure_ascii=False, default=vars)}
    idle = _idle(template)
    compiler = idle.get()
    try:
        return _compile(compiler, inputs, archive=True)
    except typst.TypstError:
        return _compile(compiler, inputs, archive=False)
    finally:
        idle.put(compiler)


def _compile(compiler: typst.Compiler, inputs: dict[str, str], *, archive: bool) -> bytes:
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"] if archive else [])
    assert isinstance(pdf, bytes)  # noqa: S101 - one document, kept in memory
    return pdf
