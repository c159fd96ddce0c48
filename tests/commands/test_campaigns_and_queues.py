"""What an operator sees and does over all organisations, without an API."""

import json

import pytest

from tests.test_cli import Unsilenced

CAMPAIGN = "rocio-san-miguel"


@pytest.fixture(autouse=True)
def demo(unsilenced: Unsilenced) -> None:
    unsilenced("migrate")
    unsilenced("demo")


def status(unsilenced: Unsilenced, campaign: str = CAMPAIGN) -> tuple[str, str | None]:
    found = json.loads(unsilenced("campaign", "list", "--json").out)
    (one,) = [each for each in found if each["campaign"] == campaign]
    return one["status"], one["trouble"]


def test_a_campaign_is_paused_resumed_and_closed(unsilenced: Unsilenced) -> None:
    assert status(unsilenced) == ("active", None)
    assert unsilenced("campaign", "pause", CAMPAIGN).code == 0
    paused, why = status(unsilenced)
    assert (paused, "Whoever runs the service" in str(why)) == ("paused", True)
    assert CAMPAIGN in unsilenced("campaign", "list").out
    assert unsilenced("campaign", "resume", CAMPAIGN).out == f"{CAMPAIGN} goes on.\n"
    assert unsilenced("campaign", "close", CAMPAIGN, "--outcome", "won").code == 0
    assert status(unsilenced) == ("closed", None)


def test_what_cannot_be_is_said_in_a_sentence(unsilenced: Unsilenced) -> None:
    for command in (("resume", CAMPAIGN), ("pause", "no-such"), ("close", "no-such", "--outcome", "won")):
        refused = unsilenced("campaign", *command)
        assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert unsilenced("campaign", "close", CAMPAIGN, "--outcome", "perhaps").code == 2
    assert unsilenced("queue", "show", "no-such").code == 1
    assert status(unsilenced) == ("active", None)


def test_the_queue_and_the_numbers_are_shown(unsilenced: Unsilenced) -> None:
    shown = json.loads(unsilenced("queue", "show", CAMPAIGN, "--json").out)
    assert (shown["campaign"], shown["status"], shown["due"]) == (CAMPAIGN, "active", 0)
    assert f"{CAMPAIGN} is active." in unsilenced("queue", "show", CAMPAIGN).out
    assert unsilenced("queue", "retry", CAMPAIGN).out == "0 letters are queued again.\n"
    numbers = json.loads(unsilenced("stats", CAMPAIGN, "--by", "day", "--json").out)
    assert (numbers["campaign"], numbers["by"]) == (CAMPAIGN, {"day": {}})
    assert "0 letters left" in unsilenced("stats", CAMPAIGN).out
    assert unsilenced("stats", "no-such").code == 1
    assert json.loads(unsilenced("recount", "--check", "--json").out) == []


def test_letters_with_their_writers_need_a_reason(unsilenced: Unsilenced) -> None:
    export = ("export", "letters", "--with-writers")
    for options in ((), ("--reason", "because")):
        assert unsilenced(*export, *options).code == 2
    assert unsilenced("export", "offices", "--with-writers", "--reason", "The office asked for them.").code == 2
    taken = unsilenced(*export, "--reason", "The office asked for them.")
    assert (taken.code, "email" in taken.out) == (0, True)


def test_what_was_done_is_told_newest_first(unsilenced: Unsilenced) -> None:
    assert unsilenced("campaign", "pause", CAMPAIGN).code == 0
    newest, *_ = json.loads(unsilenced("audit", "--kind", "campaign", "--json").out)
    assert (newest["thing"], newest["organiser"], newest["changes"]["status"]["to"]) == (CAMPAIGN, None, "paused")
    assert f"changed campaign {CAMPAIGN}: " in unsilenced("audit", "--limit", "1").out
    assert unsilenced("audit", "--organisation", "no-such").code == 1
    assert unsilenced("audit", "--from", "2999-01-01").out == ""
    assert unsilenced("audit", "--from", "yesterday").code == 2
