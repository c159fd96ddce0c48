"""Each fault of a mail server, at each step: what the mailer makes of it."""

from collections.abc import AsyncIterator

import pytest

from app.delivery.breaker import Breaker
from app.delivery.envelope import Envelope
from app.delivery.mailer import SmtpMailer
from app.delivery.replies import AgainstPolicy, DeadAddress, Never, Outage, Refusal, TryAgain
from tests.hostile import FIN, RST, SILENCE, Hostile

LETTER = Envelope("letters@campaign.example.org", "office@by.example.org", b"Subject: x\r\n\r\n.dot\r\nHello.\r\n")
SOON = 0.5  # seconds: what silence may cost a test


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
async def hostile(request: pytest.FixtureRequest) -> AsyncIterator[Hostile]:
    async with Hostile(pipelining=request.param) as running:
        yield running


async def ending(url: str, times: int = 1) -> list[Refusal | str]:
    """How sending ends, each time, with one mailer that never waits after an outage."""
    mailer = SmtpMailer(url, command_timeout=SOON, final_timeout=SOON, first_pause=0)
    ends: list[Refusal | str] = []
    for _ in range(times):
        try:
            ends.append(await mailer.send(LETTER))
        except Refusal as error:
            ends.append(error)
    await mailer.close()
    return ends


@pytest.mark.parametrize("said", ["421 4.3.2 busy", "554 5.3.2 no", SILENCE, FIN, RST, "nonsense", "299 hm"])
@pytest.mark.parametrize("step", ["banner", "EHLO"])
async def test_a_server_that_does_not_welcome_us_is_an_outage_and_no_letters_fault(
    hostile: Hostile, step: str, said: str
) -> None:
    hostile.says[step] = [said]
    hostile.says["HELO"] = ["502 5.5.1 no"]

    (end,) = await ending(hostile.url)

    assert isinstance(end, Outage)
    assert hostile.taken == []


async def test_a_server_whose_name_is_not_known_is_an_outage_too() -> None:
    (end,) = await ending("smtp://no-such-name.invalid:25")

    assert isinstance(end, Outage)


@pytest.mark.parametrize(
    ("step", "said", "means"),
    [
        ("MAIL", "451 4.3.0 later", TryAgain),
        ("MAIL", "452 4.3.1 full", TryAgain),
        ("MAIL", "550 5.7.1 not with this sender", AgainstPolicy),
        ("MAIL", "553 5.1.8 sender unknown", AgainstPolicy),
        ("MAIL", "530 5.7.0 log in first", Outage),
        ("MAIL", "421 4.7.0 closing", Outage),
        ("MAIL", "777 what", TryAgain),
        ("RCPT", "450 4.2.0 greylisted", TryAgain),
        ("RCPT", "452 4.2.2 mailbox full", TryAgain),
        ("RCPT", "552 5.2.2 mailbox full", TryAgain),
        ("RCPT", "550 5.1.1 nobody", DeadAddress),
        ("RCPT", "550 no such user", DeadAddress),
        ("RCPT", "551 user not local", DeadAddress),
        ("RCPT", "550 5.2.1 disabled", DeadAddress),
        ("RCPT", "550 5.7.1 no", AgainstPolicy),
        ("RCPT", "550 relay access denied", AgainstPolicy),
        ("RCPT", "554 no", AgainstPolicy),
        ("RCPT", "503 5.5.1 bad sequence", TryAgain),
        ("RCPT", "421 4.7.0 closing", TryAgain),
        ("RCPT", "199 what", TryAgain),
        ("DATA", "451 4.3.0 later", TryAgain),
        ("DATA", "554 5.7.1 no", AgainstPolicy),
        ("DATA", "550 5.3.4 too large", Never),
        ("DATA", "299 what", TryAgain),
        ("text", "451 4.3.0 later", TryAgain),
        ("text", "421 4.3.2 closing", TryAgain),
        ("text", "554 5.7.1 no", AgainstPolicy),
        ("text", "554 spam", AgainstPolicy),
        ("text", "550 5.6.0 bad text", Never),
        ("text", "552 5.3.4 too large", Never),
    ],
)
async def test_each_reply_means_what_the_book_says(
    hostile: Hostile, step: str, said: str, means: type[Refusal]
) -> None:
    hostile.says[step] = [said]

    (end,) = await ending(hostile.url)

    assert isinstance(end, means)
    assert isinstance(end, Outage) == (means is Outage)
    assert isinstance(end, (DeadAddress, AgainstPolicy)) == (means in {DeadAddress, AgainstPolicy})
    assert not getattr(end, "uncertain", False)
    assert str(end) == said
    assert hostile.taken == []


@pytest.mark.parametrize("said", [SILENCE, FIN, RST])
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_what_breaks_off_before_the_text_is_certain_not_to_have_arrived(
    hostile: Hostile, step: str, said: str
) -> None:
    hostile.says[step] = [said]

    (end,) = await ending(hostile.url)

    assert isinstance(end, TryAgain)
    assert not end.uncertain


@pytest.mark.parametrize("said", [SILENCE, FIN, RST, "999 what", "nonsense", "354 go on"])
async def test_what_breaks_off_after_the_text_is_uncertain(hostile: Hostile, said: str) -> None:
    hostile.says["text"] = [said]

    (end,) = await ending(hostile.url)

    assert isinstance(end, TryAgain)
    assert end.uncertain


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
async def test_a_text_that_is_asked_for_after_a_no_is_empty_and_the_no_stands(step: str) -> None:
    async with Hostile(pipelining=True) as hostile:
        hostile.says[step] = ["550 5.1.1 no"]

        first, second = await ending(hostile.url, times=2)

        assert str(first) == "550 5.1.1 no"
        assert second == "250 2.0.0 taken"
        assert hostile.heard["text"] == 2
        assert hostile.taken == [LETTER.message.replace(b"\r\n.dot", b"\r\n..dot")]
        assert hostile.heard["banner"] == 1  # on the same connection


@pytest.mark.parametrize("then", [SILENCE, FIN, RST, "503 5.5.1 no recipient", "nonsense"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
async def test_the_first_no_is_what_counts_whatever_comes_after_it(step: str, then: str) -> None:
    async with Hostile(pipelining=True) as hostile:
        hostile.says[step] = ["550 5.1.1 nobody"]
        hostile.says["DATA"] = [then]

        (end,) = await ending(hostile.url)

        assert isinstance(end, Never)
        assert str(end) == "550 5.1.1 nobody"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_a_reply_that_nobody_asked_for_is_never_taken_for_a_yes(hostile: Hostile, step: str) -> None:
    hostile.says[step] = [f"{'354 go on' if step == 'DATA' else '250 ok'}\r\n250 2.0.0 taken"]
    hostile.says["text"] = ["554 5.6.0 not this"] * 2

    (end,) = await ending(hostile.url)

    assert isinstance(end, Refusal)
    assert hostile.taken == []


@pytest.mark.parametrize("said", ["250 ok", "251 2.1.5 forwarded", "299 why not", "250-two\r\n250 lines"])
async def test_any_yes_after_the_text_is_a_yes(hostile: Hostile, said: str) -> None:
    hostile.says["text"] = [said]

    (end,) = await ending(hostile.url)

    assert isinstance(end, str)
    assert hostile.taken == [LETTER.message.replace(b"\r\n.dot", b"\r\n..dot")]


async def test_bytes_that_come_one_by_one_are_a_reply_too(hostile: Hostile) -> None:
    hostile.slowly = True

    assert await ending(hostile.url) == ["250 2.0.0 taken"]


@pytest.mark.parametrize("said", [SILENCE, FIN, RST, "500 what?"])
async def test_a_yes_stands_whatever_comes_at_goodbye(hostile: Hostile, said: str) -> None:
    hostile.says["QUIT"] = [said]

    assert await ending(hostile.url) == ["250 2.0.0 taken"]


async def test_a_server_that_closes_after_each_message_gets_the_next_on_a_new_connection(hostile: Hostile) -> None:
    hostile.says["MAIL"] = ["250 ok", "421 4.7.0 one is enough", "250 ok", "421 4.7.0 one is enough"]

    ends = await ending(hostile.url, times=3)

    assert ends == ["250 2.0.0 taken"] * 3
    assert hostile.heard["banner"] == 3


async def test_starttls_that_is_not_offered_or_stripped_leaves_nothing_in_plain() -> None:
    async with Hostile(host="127.0.0.2") as stripped:
        (end,) = await ending(stripped.url)

    assert isinstance(end, Outage)
    assert stripped.heard["MAIL"] == 0


@pytest.mark.parametrize("said", ["454 4.7.0 not now", FIN, RST, SILENCE, "220 go on"])
async def test_starttls_that_breaks_off_leaves_nothing_in_plain(said: str) -> None:
    async with Hostile(host="127.0.0.2") as broken:
        broken.says["EHLO"] = ["250-hostile.example.org\r\n250 STARTTLS"]
        broken.says["STARTTLS"] = [said]
        (end,) = await ending(broken.url)

    assert isinstance(end, Outage)
    assert broken.heard["MAIL"] == 0


def test_an_outage_lets_one_probe_through_at_a_time_and_waits_longer_each_time() -> None:
    now = [0.0]
    breaker = Breaker(5, clock=lambda: now[0])
    breaker.fell()
    breaker.fell()  # under way at the same time: the same outage

    assert (breaker.remaining, breaker.room, breaker.admits()) == (5, 0, False)
    now[0] = 5
    assert breaker.room == 1
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    assert breaker.room == 0  # nothing is claimed in vain while the probe is under way
    breaker.fell()  # still from before: the probe goes on, and is the only one
    assert (breaker.room, breaker.admits()) == (0, False)
    breaker.fell(probe=True)
    assert breaker.remaining == 10
    now[0] = 15
    assert breaker.admits()
    breaker.stands()
    assert breaker.is_closed
    assert all(breaker.admits() for _ in range(3))


async def test_during_an_outage_nothing_is_tried_until_the_probe(hostile: Hostile) -> None:
    hostile.says["banner"] = ["554 5.3.2 closed today"]
    mailer = SmtpMailer(hostile.url, first_pause=3_600)

    with pytest.raises(Outage, match="closed today"):
        await mailer.send(LETTER)
    with pytest.raises(Outage, match="not tried") as refused:
        await mailer.send(LETTER)

    assert mailer.room == 0
    assert refused.value.wait > 200
    assert hostile.heard["banner"] == 1
