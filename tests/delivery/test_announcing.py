"""Letters one after another: the commands of the next go with the text before, and each ends as its own."""

import random
from collections import Counter

import pytest
from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery.envelope import Envelope
from app.delivery.mailer import SmtpMailer
from app.delivery.replies import DeadAddress, Refusal, TryAgain
from app.delivery.worker import Worker
from app.services.sealing import Keys
from tests.delivery.steps import deliveries, drain, letters, many_offices, queue
from tests.factories import published
from tests.hostile import FIN, RST, SILENCE, Hostile
from tests.steps import differences

SOON = 0.1  # seconds: what silence may cost a test
TROUBLE = [FIN, RST, SILENCE, "421 4.3.2 closing", "451 4.3.0 later", "550 5.1.1 nobody", "nonsense"]
STEPS = ("MAIL", "RCPT", "DATA", "text")


def letter(n: int) -> Envelope:
    text = f"Subject: {n}\r\n\r\n.dot\r\n{'Hello. ' * 20}\r\n"
    return Envelope("letters@campaign.example.org", f"office{n}@by.example.org", text.encode())


def mailer_for(hostile: Hostile) -> SmtpMailer:
    return SmtpMailer(hostile.url, command_timeout=SOON, final_timeout=SOON, first_pause=0)


async def one_after_another(hostile: Hostile, envelopes: list[Envelope]) -> list[str | Refusal]:
    """How each ends, with the next one announced."""
    mailer = mailer_for(hostile)
    ends: list[str | Refusal] = []
    for envelope, following in zip(envelopes, [*envelopes[1:], None], strict=True):
        try:
            ends.append(await mailer.send(envelope, following))
        except Refusal as error:
            ends.append(error)
    await mailer.close()
    return ends


def taken(hostile: Hostile) -> Counter[bytes]:
    return Counter(text.partition(b"\r\n")[0] for text in hostile.taken)


@pytest.mark.parametrize("pipelining", [False, True])
async def test_letters_arrive_in_their_order_over_one_connection(*, pipelining: bool) -> None:
    async with Hostile(pipelining=pipelining) as hostile:
        ends = await one_after_another(hostile, [letter(n) for n in range(5)])

        assert ends == ["250 2.0.0 taken"] * 5
        assert [text.partition(b"\r\n")[0] for text in hostile.taken] == [b"Subject: %d" % n for n in range(5)]
        assert hostile.heard["banner"] == 1


async def test_what_is_refused_after_it_was_announced_is_refused_alone() -> None:
    async with Hostile(pipelining=True) as hostile:
        hostile.says["RCPT"] = ["250 ok", "550 5.1.1 nobody"]
        hostile.says["text"] = ["250 taken", "554 5.6.0 an empty text"]
        first, second, third = await one_after_another(hostile, [letter(n) for n in range(3)])

        assert (first, third) == ("250 taken", "250 2.0.0 taken")
        assert isinstance(second, DeadAddress)
        assert taken(hostile) == Counter({b"Subject: 0": 1, b"Subject: 2": 1})


async def test_what_was_announced_to_a_server_that_went_away_goes_to_it_again() -> None:
    async with Hostile(pipelining=True) as hostile:
        hostile.says["text"] = ["250 taken", FIN]
        hostile.says["MAIL"] = ["250 ok", "250 ok", "250 ok", "421 4.7.0 enough"]
        first, second, third, fourth = await one_after_another(hostile, [letter(n) for n in range(4)])

        assert isinstance(second, TryAgain)
        assert second.uncertain
        assert (first, third, fourth) == ("250 taken", "250 2.0.0 taken", "250 2.0.0 taken")


async def test_what_is_recalled_is_not_sent_and_keeps_nobody_waiting() -> None:
    async with Hostile(pipelining=True) as hostile:
        mailer = mailer_for(hostile)
        await mailer.send(letter(0), letter(1))
        await mailer.send(letter(0), announced := letter(2))

        mailer.recall(announced)
        await mailer.send(letter(3))
        await mailer.close()

        assert [text.partition(b"\r\n")[0] for text in hostile.taken][-1] == b"Subject: 3"
        assert b"Subject: 2" not in taken(hostile)


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_the_server_does_each_letter_ends_as_it_should(seed: int) -> None:
    """A yes means that it was taken once, a no that it was not, and only what is uncertain may be either."""
    chance = random.Random(seed)  # noqa: S311 - guards nothing
    async with Hostile(pipelining=True) as hostile:
        for step in STEPS:
            pleasant = {"DATA": "354 go on"}.get(step, "250 ok")
            hostile.says[step] = [chance.choice([pleasant] * 9 + [chance.choice(TROUBLE)]) for _ in range(20)]

        ends = await one_after_another(hostile, [letter(n) for n in range(20)])

        arrived = taken(hostile)
        for n, end in enumerate(ends):
            least, most = (1, 1) if isinstance(end, str) else (0, int(getattr(end, "uncertain", False)))
            assert least <= arrived[b"Subject: %d" % n] <= most, (n, end)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_server_does_all_letters_are_settled_in_the_end(
    client: AsyncClient, organiser: AsyncClient, settings: Settings, database: Database, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - guards nothing
    await published(organiser, offices=many_offices(20))
    async with Hostile(pipelining=True) as hostile:
        mailer = mailer_for(hostile)
        worker = Worker(database, mailer, Keys(settings.secret_key), settings)
        await queue(client, worker)
        for step in STEPS:
            pleasant = {"DATA": "354 go on"}.get(step, "250 ok")
            hostile.says[step] = [chance.choice([pleasant] * 7 + TROUBLE[:5]) for _ in range(30)]

        await drain(worker, database)
        await mailer.close()

    assert worker.in_hand == 0
    assert {each.stage for each in await letters(database)} == {"sent"}
    assert all(each.lease is None and each.due_at is None for each in await deliveries(database))
    assert await differences(database) == []
