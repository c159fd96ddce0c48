"""The `unsilenced` command: what it says, how it exits, and the whole line through `serve --demo`."""

import asyncio
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import click
import httpx
import pytest
import typer
from sqlalchemy import make_url

from app.cli import cli, main
from app.database import Database
from app.services.team import organisers
from tests.factories import API, submission

SECRET = "a-secret-for-tests-of-enough-length-0123456789"
NAME, EMAIL = "Zenobia Quill", "zenobia@supporter.example.org"
PATIENCE = 60.0  # seconds for another process to get somewhere


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class Unsilenced(Protocol):
    def __call__(self, *arguments: str) -> Ended: ...


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to be in, with no settings but a database of its own."""
    for name in [name for name in os.environ if name.startswith("UNSILENCED_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UNSILENCED_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/deep/unsilenced.db")
    monkeypatch.setenv("UNSILENCED_WORKER", "on")  # so that what `serve` sets is taken back
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    yield tmp_path
    os.umask(before)


@pytest.fixture
def unsilenced(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Unsilenced:
    """Run the command as the shell would, without the second that a new process takes."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["unsilenced", *arguments])
        try:
            main()
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1 if error.code else 0
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return run


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name), command
        yield from commands(command, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(cli)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...], unsilenced: Unsilenced) -> None:
    ended = unsilenced(*path, "--help")

    assert (ended.code, ended.err) == (0, "")
    assert COMMANDS[path].help
    if not hasattr(COMMANDS[path], "commands"):  # a command, and no group of them
        assert f"unsilenced {' '.join(path)}" in str(COMMANDS[path].help)
    assert [each.name for each in COMMANDS[path].params if not getattr(each, "help", None)] == []


def test_the_database_is_migrated_filled_and_proved_step_by_step(unsilenced: Unsilenced, home: Path) -> None:
    assert unsilenced("migrate").code == 0
    assert unsilenced("migrate").code == 0
    loaded = unsilenced("demo")
    again = unsilenced("demo")
    assert (loaded.code, again.code) == (0, 0)
    assert "uns_" in loaded.out
    assert "already" in again.out
    assert unsilenced("recount", "--check").code == 0

    with sqlite3.connect(home / "deep" / "unsilenced.db") as connection:
        (campaign_id, slug), (_, other) = connection.execute("SELECT id, slug FROM campaign LIMIT 2").fetchall()
        connection.execute("INSERT INTO tally VALUES (?, 'all', '', '2026-01-01', 'sent', 7)", (campaign_id,))
    connection.close()
    spoilt = unsilenced("recount", "--check")
    assert unsilenced("recount", "--check", "--campaign", other).code == 0
    mended = unsilenced("recount", "--campaign", slug)

    assert spoilt.code == 1
    assert "kept 7, counted 0" in spoilt.out
    assert mended.code == 0
    assert unsilenced("recount", "--check").code == 0
    assert unsilenced("scrub").code == 0


def test_nobody_else_on_the_machine_reads_what_is_kept(unsilenced: Unsilenced, home: Path) -> None:
    unsilenced("migrate")
    unsilenced("demo")
    unsilenced("export", "prisoners", "--output", str(home / "prisoners.csv"))

    kept = [home / "prisoners.csv", home / "deep", *(home / "deep").iterdir()]
    assert len(kept) >= len(["the table", "the folder", "the database"])
    assert [each.name for each in kept if each.stat().st_mode & 0o007] == []


def test_after_a_restore_all_campaigns_can_be_paused_at_once(unsilenced: Unsilenced, home: Path) -> None:
    unsilenced("migrate")
    unsilenced("demo")

    first, again = unsilenced("pause"), unsilenced("pause")

    assert (first.code, first.out) == (0, "2 campaigns paused.\n")
    assert (again.code, again.out) == (0, "0 campaigns paused.\n")


def test_an_organiser_gets_a_key_alone_on_standard_output_and_it_works(unsilenced: Unsilenced) -> None:
    unsilenced("migrate")

    ended = unsilenced("organiser", "create", "--organisation", "Comité Ärger", "--name", "Olga")

    assert ended.code == 0
    assert re.fullmatch(r"uns_[\w-]{40,}\n", ended.out)
    assert ended.out.strip() not in ended.err
    assert asyncio.run(owner_of(ended.out.strip())) == "Olga"


def test_an_organiser_with_an_account_is_made_listed_and_disabled(
    unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsilenced("migrate")
    create = ("organiser", "create", "--account", "--organisation", "Committee", "--name")
    monkeypatch.setattr(sys, "stdin", io.StringIO("olga@committee.example.org\nhunter2\n"))
    refused = unsilenced(*create, "Olga")
    assert (refused.code, "Password" in refused.err, "hunter2" in refused.err) == (1, True, False)
    for name in ("Olga", "Eve"):
        address = f"{name.lower()}@committee.example.org"
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{address}\ncorrect horse battery\n"))
        assert re.fullmatch(r"uns_[\w-]{40,}\n", unsilenced(*create, name).out)

    listed = json.loads(unsilenced("organiser", "list", "--json").out)

    assert [each["email"] for each in listed] == ["olga@committee.example.org", "eve@committee.example.org"]
    assert unsilenced("organiser", "disable", listed[0]["id"]).code == 0
    last = unsilenced("organiser", "disable", listed[1]["id"])
    assert (last.code, "last owner" in last.err) == (1, True)
    assert listed[0]["id"] in unsilenced("organiser", "list").out
    assert unsilenced("organiser", "drop-second-factor", listed[1]["id"]).code == 1
    assert unsilenced("organiser", "disable", "00000000-0000-7000-8000-000000000000").code == 1


async def owner_of(key: str) -> str:
    database = Database(os.environ["UNSILENCED_DATABASE_URL"])
    async with database.reading() as session:
        organiser = await organisers.by_key(session, key)
    await database.close()
    return organiser.name


@pytest.mark.parametrize("command", ["serve", "demo", "work", "recount", "scrub"])
def test_a_stale_schema_is_refused_with_a_sentence(
    unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("UNSILENCED_SMTP_URL", "smtp://127.0.0.1:1")

    ended = unsilenced(command)

    assert ended.code == 1
    assert "unsilenced migrate" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["serve", "work"])
def test_the_development_secret_is_refused_in_the_open(
    unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("UNSILENCED_BASE_URL", "https://letters.example.org")
    monkeypatch.setenv("UNSILENCED_SMTP_URL", "smtp://127.0.0.1:1")

    ended = unsilenced(command)

    assert ended.code == 1
    assert "UNSILENCED_SECRET_KEY" in ended.err
    assert "Traceback" not in ended.err


def test_listening_beyond_this_machine_is_being_in_the_open(
    unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsilenced("migrate")
    monkeypatch.setenv("UNSILENCED_BASE_URL", "")
    monkeypatch.delenv("UNSILENCED_BASE_URL")

    ended = unsilenced("serve", "--host", "0.0.0.0", "--port", "1")  # noqa: S104 - that is the point

    assert ended.code == 1
    assert "UNSILENCED_SECRET_KEY" in ended.err


def test_a_worker_of_its_own_needs_a_mail_server(unsilenced: Unsilenced) -> None:
    unsilenced("migrate")

    ended = unsilenced("work")

    assert ended.code == 1
    assert "UNSILENCED_SMTP_URL" in ended.err


def test_a_secret_is_never_repeated(unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSILENCED_BASE_URL", "https://letters.example.org")
    monkeypatch.setenv("UNSILENCED_SECRET_KEY", "hunter2")

    ended = unsilenced("serve")

    assert ended.code == 1
    assert "hunter2" not in ended.out + ended.err


@pytest.mark.parametrize("database", ["no_such_database", None])
def test_a_database_that_is_not_there_is_told_in_a_sentence(
    unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch, postgres: str, database: str | None
) -> None:
    nobody_listens = "postgresql+asyncpg://somebody:hunter2@127.0.0.1:1/x"
    url = make_url(postgres).set(database=database).render_as_string() if database else nobody_listens
    monkeypatch.setenv("UNSILENCED_DATABASE_URL", url.replace("%2F", "/"))

    for command in ("migrate", "recount"):
        ended = unsilenced(command)
        assert ended.code == 1
        assert "UNSILENCED_DATABASE_URL" in ended.err
        assert "hunter2" not in ended.err
        assert "Traceback" not in ended.err


class Service(NamedTuple):
    process: subprocess.Popen[bytes]
    client: httpx.Client
    log: Path


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    """`unsilenced serve --demo` on a free port, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "UNSILENCED_WORKER"}
    environment["UNSILENCED_GRACE"] = "3600"  # seconds: when it is told to stop, it goes by itself
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--demo", "--port", str(port)]
    log = home / "output"
    with log.open("wb") as output, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own words
        try:
            yield Service(process, client, log)
        finally:
            process.kill()
            process.wait()


def eventually(look: Callable[[], object]) -> None:
    """Wait for another process to get there."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def is_ready(service: Service) -> bool:
    assert service.process.poll() is None, service.log.read_text()
    try:
        return service.client.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def mails(client: httpx.Client) -> list[str]:
    """The pages of all caught mails."""
    links = re.findall(r'href="(/mailbox/[^"]+)"', client.get("/mailbox").text)
    return [client.get(link).text for link in dict.fromkeys(links)]


def test_the_whole_line_works_in_a_process_of_its_own(service: Service, home: Path) -> None:
    client = service.client
    campaign = f"{API}/campaigns/rocio-san-miguel"
    eventually(lambda: is_ready(service))

    body = submission(supporter={"name": NAME, "email": EMAIL})
    handed_in = client.post(f"{campaign}/letters", json=body)
    assert handed_in.status_code == 202
    by_email = [each for each in handed_in.json()["letters"] if each["channel"] == "email"]
    eventually(lambda: len(mails(client)) == 1)
    (notice,) = mails(client)
    link = re.search(r'href="(http://[^"]+/confirm/([\w-]+))"', notice)
    assert link

    assert client.get(link[1]).status_code == 200
    assert client.post(f"{API}/confirmations/{link[2]}").status_code == 200
    eventually(lambda: client.get(f"{campaign}/stats").json()["letters_sent"] == len(by_email))

    shown = mails(client)
    assert len(shown) == 1 + len(by_email)
    assert "despacho@presidencia-ve.example.org" in "".join(shown)
    assert sum(f"{NAME} via" in page for page in shown) == len(by_email)

    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(PATIENCE) == 0
    said = service.log.read_text()
    assert str(client.base_url) in said
    assert [word for word in (NAME, EMAIL, link[2], "Musterweg") if word in said] == []
    assert "Traceback" not in said
