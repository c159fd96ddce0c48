"""Print the figures: `python -m bench [intake] [delivery] [imports]`."""

import asyncio
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from bench import delivery, imports, intake, service
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
    wanted = sys.argv[1:] or ["intake", "delivery", "imports"]
    print(f"Python {platform.python_version()}, {platform.machine()}; one API process or one worker, durable commits")
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
    if "imports" in wanted:
        with imports.files() as (table, workbook):
            for name, opened in DATABASES.items():
                with opened() as url:
                    imports.prepare(url)
                    print_import(f"check CSV on {name}", imports.run(url, table, "--dry-run"))
                    print_import(f"import CSV on {name}", imports.run(url, table))
                    print_import(f"the same xlsx on {name}", imports.run(url, workbook))


def print_import(what: str, run: imports.Run) -> None:
    print(f"{what:<30}  {run.rate:8.0f} offices/s         {run.memory:.0f} MB at most")


if __name__ == "__main__":
    main()
