"""The curve of letters sent, and the bar towards the goal: SVG from templates, text as data, and PNG from that."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import resvg_py
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.showing import words

TOP, BOTTOM, LEFT, RIGHT = 350, 552, 64, 1136  # where the curve is drawn, in pixels
BAR = 568  # pixels from nothing to the goal
LINE_LENGTH = 40  # small letters of a heading
WIDE = 1.3  # a capital, in small letters
MOST_LINES = 2
MOST_POINTS = 400  # more cannot be told apart
GOAL_SHOWN = 3  # a goal further away than so many times what is sent would press the curve flat
FONTS = [str(words.FOLDER / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
KEPT = 256  # pictures of about 40 KB

_environment = Environment(
    loader=FileSystemLoader(words.FOLDER), undefined=StrictUndefined, autoescape=True, trim_blocks=False
)


class Kind(StrEnum):
    """Which picture."""

    CURVE = "curve"
    GOAL = "goal"


class Seen(NamedTuple):
    """What a picture shows."""

    title: str
    language: str
    today: date
    days: tuple[tuple[date, int], ...]  # on which letters left, and how many
    goal: int | None
    supporters: int
    countries: int

    @property
    def sent(self) -> int:
        return sum(n for _, n in self.days)


def svg(kind: Kind, seen: Seen) -> str:
    """Return a picture as SVG."""
    number: Callable[[int], str] = lambda n: words.number(n, seen.language)  # noqa: E731 - a word for it, here only
    strings = words.of(seen.language)
    return _environment.get_template(f"{kind}.svg").render(
        language=seen.language,
        words=strings,
        title=seen.title,
        sent=number(seen.sent),
        goal=number(seen.goal) if seen.goal else None,
        **(
            {"bar": _bar(seen)}
            if kind is Kind.GOAL
            else {
                "heading": in_lines(seen.title),
                "supporters": number(seen.supporters),
                "countries": number(seen.countries),
                "first_day": words.day(seen.days[0][0], seen.language) if seen.days else "",
                "as_of": strings["as_of"].format(day=words.day(seen.today, seen.language)),
                **_curve(seen),
            }
        ),
    )


@lru_cache(maxsize=KEPT)
def png(picture: str) -> bytes:
    """Return an SVG of ours as PNG. Takes a tenth of a second the first time, in which Python does nothing else."""
    return bytes(resvg_py.svg_to_bytes(svg_string=picture, skip_system_fonts=True, font_files=FONTS))


def in_lines(title: str) -> list[str]:
    """Return a title in lines that fit; what does not fit ends with an ellipsis."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if _width(longer) <= LINE_LENGTH or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    shown = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        shown[-1] += " …"
    return [_cut(line) for line in shown]


def _cut(line: str) -> str:
    while _width(line) > LINE_LENGTH:
        line = f"{line.rstrip('…')[:-1]}…"
    return line


def _width(text: str) -> float:
    return sum(WIDE if letter.isupper() else 1 for letter in text)


def _bar(seen: Seen) -> float:
    """The bar's length. It is seen from the first letter on, and full only when the goal is reached."""
    if not seen.goal or not seen.sent:
        return 0
    return BAR if seen.sent >= seen.goal else max(22.0, round(min(BAR * seen.sent / seen.goal, BAR - 6), 1))


def _curve(seen: Seen) -> dict[str, object]:
    """The line of all letters sent by then, from the first day to today, and how high the goal is."""
    goal = seen.goal if seen.goal and seen.goal <= GOAL_SHOWN * seen.sent else None
    top = max(seen.sent, goal or 0)
    if not top:
        return {"line": "", "end_y": BOTTOM, "goal_y": None}
    height: Callable[[int], float] = lambda n: round(BOTTOM - (BOTTOM - TOP) * n / top, 1)  # noqa: E731 - as above
    points = [(x, height(n)) for x, n in _points(seen)]
    line = "L".join(f"{x} {y}" for x, y in points)
    return {"line": f"M{line}", "end_y": points[-1][1], "goal_y": height(goal) if goal else None}


def _points(seen: Seen) -> list[tuple[float, int]]:
    """Where each day lies, and how many letters had been sent by its end. The first day begins at nothing."""
    first, today = seen.days[0][0], max(seen.today, seen.days[-1][0])
    span = (today - first).days + 1
    so_far = list(accumulate(n for _, n in seen.days))
    steps = [(float(LEFT), 0)]
    for (day, _), n in zip(seen.days, so_far, strict=True):
        offset = (day - first).days
        flat_until = _x(offset, span)
        if steps[-1][0] < flat_until:
            steps.append((flat_until, steps[-1][1]))
        steps.append((_x(offset + 1, span), n))
    if steps[-1][0] < RIGHT:
        steps.append((RIGHT, so_far[-1]))
    return _thinned(steps)


def _x(days: int, span: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * days / span, 1)


def _thinned(steps: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    every = len(steps) // MOST_POINTS + 1
    return [*steps[:-1:every], steps[-1]]
