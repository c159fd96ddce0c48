"""Limits on trying, without knowing who tries."""

from datetime import UTC, datetime, timedelta

import pytest

from app.database import Database
from app.errors import TooMany
from app.services import scrub
from app.services.sealing import Keys
from app.services.team import throttle
from tests.conftest import SECRET
from tests.steps import how_many

NOON = datetime(2026, 11, 21, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1:1::1", "2001:db8:1:2::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.7", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("a socket", "another", False),
    ],
)
def test_neighbours_share_a_network(one: str, other: str, *, alike: bool) -> None:
    assert (throttle.network_of(one) == throttle.network_of(other)) is alike


async def test_tries_are_counted_for_a_span_and_then_forgotten(database: Database) -> None:
    async def attempt(at: datetime, who: bytes = b"somebody") -> None:
        async with database.transaction() as session:
            await throttle.count(session, Keys(SECRET), b"test", who, most=2, at=at)

    await attempt(NOON)
    await attempt(NOON)
    with pytest.raises(TooMany) as refused:
        await attempt(NOON)
    assert refused.value.retry_after == 14 * 60 + 1
    await attempt(NOON, b"somebody else")
    await attempt(NOON + throttle.SPAN)

    assert await how_many(database, "throttle") == 3
    await scrub.run(database, at=NOON + throttle.SPAN + timedelta(minutes=1))
    assert await how_many(database, "throttle") == 1
