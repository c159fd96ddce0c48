"""What an office learns of a supporter is what the preview showed, to the letter."""

import pytest
from httpx import AsyncClient

from app.delivery.worker import Worker
from tests.conftest import on_one_database
from tests.factories import office, post, published, submission
from tests.relay import Relay
from tests.steps import LETTERS, PROSECUTOR, write

SIGNED = {
    "full_address": ("Sam Supporter", "\n\nSam Supporter\nMusterweg 1\n10115 Berlin\nGermany\n"),
    "name_and_town": ("Sam Supporter", "\n\nSam Supporter\nBerlin, Germany\n"),
    "initials_and_town": ("S. S.", "\n\nS. S.\nBerlin, Germany\n"),
    "organisation": ("Committee", "\n\nCommittee\n"),
}


@on_one_database
@pytest.mark.parametrize("privacy", SIGNED)
@pytest.mark.parametrize("shows_email", [False, True])
async def test_a_letter_leaves_exactly_as_the_preview_showed_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, privacy: str, *, shows_email: bool
) -> None:
    secretive = privacy in {"initials_and_town", "organisation"}
    shows_email = shows_email and not secretive
    takes_english = [office(languages=["en"])]
    await published(organiser, offices=takes_english, privacy=privacy, reply_to_supporter=shows_email)

    shown = (await post(client, f"{LETTERS}/preview", submission(), status=200))["letters"][0]
    await write(client)
    await worker.drain()
    left = relay.to(PROSECUTOR)[0]

    name, signed = SIGNED[privacy]
    assert (shown["sender"], shown["shows_email"]) == (name, shows_email)
    assert shown["body"].endswith(signed)
    assert (left.subject, left.body) == (shown["subject"], shown["body"])
    assert left.message["From"].addresses[0].display_name.startswith(f"{name} via ")
    assert (b"sam@supporter.example.org" in left.raw) == shows_email
