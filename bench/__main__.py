"""Print the figures: `python -m bench [intake] [cold] [delivery]`, and `python -m bench grow [--letters=10000000]`."""

import asyncio
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from bench import cold, delivery, grow, intake, service
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
    words = sys.argv[1:]
    wanted = [word for word in words if not word.startswith("--")] or ["intake", "cold", "delivery"]
    options = dict(word.removeprefix("--").split("=") for word in words if word.startswith("--"))
    databases = {name: DATABASES[name] for name in options.get("database", ",".join(DATABASES)).split(",")}
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}, durable commits")
    for name, opened in databases.items():
        for figure in (intake, cold):
            if figure.__name__.removeprefix("bench.") in wanted:
                with opened() as url:
                    figure.measure(name, url)
        if "grow" in wanted:
            with opened() as small, opened() as large:
                grow.measure(name, small, large, letters=int(options.get("letters", grow.LETTERS[name])))
    if "delivery" in wanted:
        with delivery.sink() as sink:
            ready = delivery.ready_made(sink, delivery.PEOPLE)
            print(f"aiosmtplib, ready-made bytes    {ready:8.0f} messages/s")
            for name, opened in databases.items():
                with opened() as url:
                    rate = delivery.deliveries(url, sink)
                print(f"deliver on {name:<19}  {rate:8.0f} letters/s      {rate / ready:5.2f} of ready-made bytes")


if __name__ == "__main__":
    main()
