"""Print the figures: `python -m bench [letters] [intake] [delivery] [stats]`."""

import asyncio
import itertools
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from app.models.campaign import Audience
from bench import delivery, intake, letters, service, stats
from tests.postgres import fresh_database, postgres_server


@contextmanager
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL that keeps what it says it keeps."""
    with postgres_server(durable=True) as server:
        yield asyncio.run(fresh_database(server))


DATABASES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "PostgreSQL": postgresql_url,
    "SQLite": service.sqlite_url,
}


def main() -> None:
    wanted = sys.argv[1:] or ["letters", "intake", "delivery", "stats"]
    print(f"Python {platform.python_version()}, {platform.machine()}; one API process or one worker, durable commits")
    if "letters" in wanted:
        for language, audience in itertools.product(letters.LANGUAGES, Audience):
            similarity, equal = letters.alike(language, audience)
            print(
                f"compose {language} {audience.value:<20} {letters.microseconds(language, audience):8.0f} µs a letter,"
                f" {letters.PEOPLE} letters alike by {similarity:.2f}, {equal} of them equal"
            )
        print(f"refuse a hostile text           {letters.refusing():8.1f} ms")
    if "intake" in wanted:
        validating = intake.bare()
        print(f"validate a submission only      {validating:8.0f} requests/s")
        for name, opened in DATABASES.items():
            with opened() as url:
                run, memory = intake.submissions(url)
            print(
                f"submit on {name:<20}  {run.rate:8.0f} submissions/s  {run.rate / validating:5.2f} of validating,"
                f" p99 {run.percentile(0.99) * 1000:.0f} ms, {memory:.0f} MB"
            )
    if "delivery" in wanted:
        with delivery.sink() as sink:
            ready = delivery.ready_made(sink, delivery.PEOPLE)
            print(f"aiosmtplib, ready-made bytes    {ready:8.0f} messages/s")
            for name, opened in DATABASES.items():
                with opened() as url:
                    rate = delivery.deliveries(url, sink)
                print(f"deliver on {name:<19}  {rate:8.0f} letters/s      {rate / ready:5.2f} of ready-made bytes")
    if "stats" in wanted:
        print_stats()


def print_stats() -> None:
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


if __name__ == "__main__":
    main()
