"""Print figures: `python -m bench [letters] [bytes] [intake] [cold] [delivery] [paper] [returns] [imports] [exports]
[stats]`.

`--database=SQLite`: of one only. `fill` and `grow` stand apart, since they take long: `--letters=10000000` is how many,
`--keep=FOLDER` where they stay, so that they are filled once, and `--recount` proves their counts too.
"""

import asyncio
import itertools
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.models.letter_texts import Audience
from bench import (
    building,
    cold,
    delivery,
    exports,
    grow,
    imports,
    intake,
    kept,
    letters,
    others,
    paper,
    returns,
    service,
    stats,
)
from tests.postgres import fresh_database, postgres_server

BOUNCES = 10_000  # letters, each with a bounce that comes twice and a forged one


@contextmanager
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL that keeps what it says it keeps."""
    with postgres_server(durable=True) as server:
        yield asyncio.run(fresh_database(server))


DATABASES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "PostgreSQL": postgresql_url,
    "SQLite": service.sqlite_url,
}


def _option(name: str) -> str | None:
    return next((word.partition("=")[2] for word in sys.argv if word.startswith(f"--{name}=")), None)


def _databases() -> list[tuple[str, Callable[[], AbstractContextManager[str]]]]:
    wanted = _option("database")
    return [(name, opened) for name, opened in DATABASES.items() if wanted in {None, name}]


def _letters() -> None:
    for language, audience in itertools.product(letters.LANGUAGES, Audience):
        similarity, equal = letters.alike(language, audience)
        microseconds = letters.microseconds(language, audience)
        print(
            f"compose {language} {audience.value:<20} {microseconds:8.1f} µs of CPU a letter,"
            f" {letters.PEOPLE} letters alike by {similarity:.2f}, {equal} of them equal"
        )
    print(f"refuse a hostile text           {letters.refusing():8.1f} ms")


def _bytes() -> None:
    for language in letters.LANGUAGES:
        told = ", ".join(f"{step} {microseconds:.1f}" for step, microseconds in building.steps(language).items())
        print(f"µs of CPU a letter in {language}: {told}")
    closed = building.closing()
    told = ", ".join(f"{step} {microseconds:.1f}" for step, microseconds in closed.items())
    print(f"µs of CPU a submission: {told}, together {sum(closed.values()):.1f}")


def _intake() -> None:
    for name, opened in _databases():
        with opened() as url:
            intake.measure(name, url)


def _cold() -> None:
    for name, opened in _databases():
        with opened() as url:
            cold.measure(name, url)


def _fill() -> None:
    for name, _ in _databases():
        kept.fill(name, Path(_option("keep") or "."), int(_option("letters") or grow.LETTERS[name]))


def _grow() -> None:
    for name, _ in _databases():
        with TemporaryDirectory(prefix="bench-") as passing:
            Path(passing).chmod(0o755)  # PostgreSQL may run as somebody else
            letters = int(_option("letters") or grow.LETTERS[name])
            with (
                kept.opened(name, Path(passing), grow.SMALL) as small,
                kept.opened(name, Path(_option("keep") or passing), letters) as large,
            ):
                grow.measure(small, large, recounted="--recount" in sys.argv)


def _delivery() -> None:
    with delivery.sink() as port, others.nodemailer() as folder:
        for name, opened in _databases():
            speeds = delivery.measure(opened, port, folder)
            ours = speeds.pop("worker")
            print(f"deliver on {name:<19}  {ours.rate:8.0f} letters/s      {ours.cpu:8.0f} µs of CPU a letter")
            for other, speed in speeds.items():
                print(
                    f"  {other:<28}  {speed.rate:8.0f} letters/s      {speed.cpu:8.0f} µs, ours is"
                    f" {ours.rate / speed.rate:5.2f} of its rate, with {ours.cpu / speed.cpu:5.2f} of its CPU time"
                )


def _paper() -> None:
    for name, opened in _databases():
        with opened() as url:
            few, many = paper.runs(url)
        print(
            f"print on {name:<21} {many['pdf']:9.2f} s for {many['letters']:.0f} letters in one PDF of"
            f" {many['size']:.1f} MB ({many['worked']:.2f} s of processor time), and {many['take']:.2f} s to take"
            f" them; one letter {many['alone'] * 1000:.1f} ms"
        )
        print(
            f"  memory at its peak            {many['peak']:8.0f} MB, {few['peak']:.0f} MB for {few['letters']:.0f}"
            f" letters (before the runs {many['before']:.0f} MB)"
        )


def _returns() -> None:
    for name, opened in _databases():
        with opened() as url:
            rate, counted = returns.bounces(url, BOUNCES)
        print(f"bounces on {name:<19}  {rate:8.0f} messages/s     {counted} bounced, each counted once")


def _imports() -> None:
    with imports.files() as (table, workbook):
        for name, opened in _databases():
            with opened() as url:
                imports.prepare(url)
                _print_import(f"check CSV on {name}", imports.run(url, table, "--dry-run"))
                _print_import(f"import CSV on {name}", imports.run(url, table))
                _print_import(f"the same xlsx on {name}", imports.run(url, workbook))


def _print_import(what: str, run: imports.Run) -> None:
    print(
        f"{what:<30}  {run.rate:8.0f} offices/s, {run.cpu_rate:.0f} a second of its CPU   {run.memory:.0f} MB at most",
        flush=True,
    )


def _exports() -> None:
    for name, opened in _databases():
        with opened() as few, opened() as many:
            exports.prepare(few, exports.FEW)
            exports.prepare(many, exports.MANY)
            for way, options in exports.WAYS.items():
                small, large = exports.run(few, exports.FEW, options), exports.run(many, exports.MANY, options)
                print(
                    f"{exports.MANY:,} letters as {way:<17} from {name:<11} {large.rate:6.0f} a second of its CPU,"
                    f" {large.seconds:.0f} s   {large.memory:.0f} MB at most, {small.memory:.0f} MB with"
                    f" {exports.FEW:,}: {exports.grows_by(small, large):+.0f} MB for a million",
                    flush=True,
                )


def _stats() -> None:
    for name, cost in stats.pictures_cost().items():
        print(f"picture {name:<23} {cost:8.1f} ms, the first time")
    for name, opened in DATABASES.items():
        with opened() as url:
            found, (seconds, share) = stats.compare(url), stats.watching(url)
        for question, (few, many) in found.items():
            print(
                f"{question:<16} on {name:<11}  {1 / many:8.0f} requests/s with {stats.MANY:,} letters,"
                f" {1 / few:.0f} with {stats.FEW:,}: {many / few:.2f} of the time"
            )
        print(f"live for {stats.READERS:,} on {name:<11} {seconds:8.2f} s until the last saw it, {share:.2f} of a core")


PARTS: dict[str, Callable[[], None]] = {
    "letters": _letters,
    "bytes": _bytes,
    "intake": _intake,
    "cold": _cold,
    "delivery": _delivery,
    "paper": _paper,
    "returns": _returns,
    "imports": _imports,
    "exports": _exports,
    "stats": _stats,
}
APART: dict[str, Callable[[], None]] = {"fill": _fill, "grow": _grow}


def main() -> None:
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}, durable commits")
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    for word in wanted or PARTS:
        (PARTS | APART)[word]()


if __name__ == "__main__":
    main()
