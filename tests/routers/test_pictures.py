"""The numbers as pictures: text as data, kept by whoever asks, in the languages of the letters."""

import tomllib
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.delivery.worker import Worker
from app.services.numbers.curves import Gallery
from app.showing import pictures, words
from app.showing.pictures import Kind, Seen
from tests.factories import API, published
from tests.steps import patch, problem, write

STATS = f"{API}/campaigns/free-ada/stats"
PNG = b"\x89PNG\r\n\x1a\n"
TODAY = date(2026, 11, 21)


def seen(**overrides: Any) -> Seen:
    days = ((TODAY - timedelta(days=3), 40), (TODAY, 60))
    return Seen("Free Ada", "en", TODAY, days, 200, 50, 3)._replace(**overrides)


def size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def told(svg: str) -> str:
    return " ".join(" ".join(ET.fromstring(svg).itertext()).split())  # noqa: S314 - as above


async def test_pictures_of_nothing_and_of_other_kinds_are_refused(client: AsyncClient, organiser: AsyncClient) -> None:
    problem(await client.get(f"{STATS}/curve.svg"), 404)
    await published(organiser)
    problem(await client.get(f"{STATS}/cake.png"), 422)
    problem(await client.get(f"{STATS}/curve.png?language=<script>"), 422, pointer="?language")


async def test_a_picture_shows_what_the_stats_say(client: AsyncClient, organiser: AsyncClient, worker: Worker) -> None:
    await published(organiser, goal=4)
    await write(client)
    await worker.drain()
    for kind in Kind:
        drawn = await client.get(f"{STATS}/{kind}.svg?language=de-AT")
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        assert "script" not in drawn.headers["content-security-policy"].replace("default-src", "")
        assert "Abgeschickte Briefe" in told(drawn.text)
        painted = await client.get(f"{STATS}/{kind}.png")
        assert painted.headers["content-type"] == "image/png"
        assert painted.content.startswith(PNG)
        assert size(painted.content) == {Kind.CURVE: (1200, 630), Kind.GOAL: (600, 96)}[kind]
    assert "Letters sent: 2 Goal: 4" in told((await client.get(f"{STATS}/goal.svg")).text)


async def test_a_picture_that_has_not_changed_is_not_sent_again(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    for name in ("curve.svg", "goal.png"):
        first = await client.get(f"{STATS}/{name}")
        assert first.headers["cache-control"] == "public, no-cache"
        again = await client.get(f"{STATS}/{name}", headers={"If-None-Match": f'W/{first.headers["etag"]}, "other"'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        await patch(organiser, "/campaigns/free-ada", goal=7 if name == "curve.svg" else 8)
        assert (
            await client.get(f"{STATS}/{name}", headers={"If-None-Match": first.headers["etag"]})
        ).status_code == 200


async def test_a_picture_stays_as_it_is_for_a_minute(
    app: FastAPI, client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    before = (await client.get(f"{STATS}/curve.png")).headers["etag"]
    await write(client)
    await worker.drain()
    assert (await client.get(f"{STATS}/curve.png")).headers["etag"] == before
    app.state.gallery = Gallery(seconds=0)
    assert (await client.get(f"{STATS}/curve.png")).headers["etag"] != before


@pytest.mark.parametrize("language", ["en", "de", "ru", "es", "fr", "pl", "uk", "be"])
def test_each_language_has_all_words_and_its_own_numbers(language: str) -> None:
    english = tomllib.loads((words.FOLDER / "en.toml").read_text())
    assert words.of(language).keys() == english.keys()
    assert words.of(language)["outcome"].keys() == english["outcome"].keys()
    svg = pictures.svg(Kind.CURVE, seen(language=language, days=((TODAY, 12_345),)))
    assert words.number(12_345, language) in svg
    assert words.of(language)["sent"] in svg
    assert pictures.png(svg).startswith(PNG)


@pytest.mark.parametrize("title", ["</text><script>alert(1)</script>", "&lt;&amp;", "{{ 7*7 }}", '"onload="x'])
def test_a_title_is_text_and_nothing_else(title: str) -> None:
    svg = pictures.svg(Kind.CURVE, seen(title=title))
    assert title in told(svg).replace(" </", "</")
    assert {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()} <= {  # noqa: S314 - as above
        *("svg", "title", "rect", "text", "tspan", "path", "circle")
    }


@pytest.mark.parametrize(
    "overrides",
    [
        {"days": ()},
        {"goal": None},
        {"goal": 100_000_000},
        {"goal": 1},
        {"days": ((TODAY + timedelta(days=1), 5),)},
        {"days": tuple((TODAY - timedelta(days=n), 1) for n in range(3_000, -1, -1))},
        {"title": "Ш" * 200},
        {"title": "word " * 40},
    ],
    ids=["nothing", "no goal", "far goal", "passed goal", "tomorrow", "eight years", "one long word", "long title"],
)
def test_every_campaign_can_be_drawn(overrides: dict[str, Any]) -> None:
    for kind in Kind:
        svg = pictures.svg(kind, seen(**overrides))
        assert len(svg) < 15_000
        assert pictures.png(svg).startswith(PNG)


def test_the_curve_begins_at_nothing_never_falls_and_ends_today() -> None:
    points = pictures._points(seen())
    assert (points[0], points[-1]) == ((64, 0), (1136, 100))
    assert points == sorted(points, key=lambda point: (point[0], point[1]))


@pytest.mark.parametrize(("sent", "length"), [(0, 0), (1, 22), (100, 284), (199, 562), (200, 568), (500, 568)])
def test_the_bar_is_full_only_when_the_goal_is_reached(sent: int, length: float) -> None:
    assert pictures._bar(seen(days=((TODAY, sent),))) == length
