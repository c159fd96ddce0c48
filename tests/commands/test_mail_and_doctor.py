"""Whether mail leaves, and what the doctor says."""

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay import Relay
from tests.test_cli import SECRET, Unsilenced


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A real mail server, in a thread: the command has a loop of its own."""
    running, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    relay = Relay()

    async def serve() -> None:
        async with relay:
            running.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    running.wait()
    yield relay
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_a_message_is_sent_as_letters_are(
    unsilenced: Unsilenced, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNSILENCED_SMTP_URL", relay.url)
    sent = unsilenced("mail", "test", "--to", "you@example.org")
    assert (sent.code, "has taken it: 250" in sent.out) == (0, True)
    (taken,) = relay.to("you@example.org")
    assert "unsilenced mail test" in taken.body


def test_what_the_mail_server_says_against_it_is_said(
    unsilenced: Unsilenced, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "UNSILENCED_SMTP_URL" in unsilenced("mail", "test", "--to", "you@example.org").err
    monkeypatch.setenv("UNSILENCED_SMTP_URL", relay.url)
    assert unsilenced("mail", "test", "--to", "not an address").code == 2
    relay.at_rcpt["you@example.org"] = ["550 5.1.1 nobody here"]
    refused = unsilenced("mail", "test", "--to", "you@example.org")
    assert (refused.code, "nobody here" in refused.err) == (1, True)
    monkeypatch.setenv("UNSILENCED_SMTP_URL", "smtp://127.0.0.1:1")
    assert unsilenced("mail", "test", "--to", "you@example.org").code == 1


def findings(unsilenced: Unsilenced) -> tuple[int, dict[str, bool]]:
    ended = unsilenced("doctor", "--json")
    return ended.code, {each["what"]: each["well"] for each in json.loads(ended.out)}


def test_the_doctor_finds_what_to_mend(
    unsilenced: Unsilenced, relay: Relay, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    code, found = findings(unsilenced)
    assert (code, found["database"], found["settings"]) == (1, False, True)
    unsilenced("migrate")
    monkeypatch.setenv("UNSILENCED_SMTP_URL", relay.url)
    server = f"mail server {relay.url.removeprefix('smtp://')}"
    whole = dict.fromkeys(["settings", "database", "secret", "worker", "DKIM", server], True)
    assert findings(unsilenced) == (0, whole)
    assert relay.accepted == []

    monkeypatch.setenv("UNSILENCED_SMTP_URL", "smtp://login:hidden@127.0.0.1:1")
    monkeypatch.setenv("UNSILENCED_DKIM_KEY", str(home / "no-such.pem"))
    ended = unsilenced("doctor")
    assert (ended.code, "hidden" in ended.out, ended.out.count("MEND")) == (1, False, 2)
    monkeypatch.setenv("UNSILENCED_BASE_URL", "https://letters.example.org")
    code, found = findings(unsilenced)
    assert (code, found) == (1, {"settings": False})


def test_another_secret_is_noticed(unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch) -> None:
    unsilenced("migrate")
    monkeypatch.setattr("sys.stdin", io.StringIO("olga@committee.example.org\ncorrect horse battery\n"))
    unsilenced("organiser", "create", "--account", "--organisation", "Committee", "--name", "Olga")
    assert findings(unsilenced)[1]["secret"]
    monkeypatch.setenv("UNSILENCED_SECRET_KEY", SECRET)
    code, found = findings(unsilenced)
    assert (code, found["secret"]) == (1, False)


def test_an_operator_hands_over_a_link_to_a_new_password(
    unsilenced: Unsilenced, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsilenced("migrate")
    monkeypatch.setattr("sys.stdin", io.StringIO("olga@committee.example.org\ncorrect horse battery\n"))
    unsilenced("organiser", "create", "--account", "--organisation", "Committee", "--name", "Olga")
    (organiser,) = json.loads(unsilenced("organiser", "list", "--json").out)
    link = unsilenced("organiser", "new-password", organiser["id"])
    assert (link.code, link.out.startswith("http://127.0.0.1:8000/account/")) == (0, True)
    assert unsilenced("organiser", "new-password", "00000000-0000-7000-8000-000000000000").code == 1
