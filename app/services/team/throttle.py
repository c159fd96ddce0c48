"""Limits on trying: by account, and by network. Neither is stored, only a keyed digest that changes with each span."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import TooMany
from app.models.throttle import Throttle
from app.rows.writing import upsert_adding
from app.services.sealing import Keys

SPAN = timedelta(minutes=15)
BY_ACCOUNT = 20  # tries in one span
BY_NETWORK = 60
BY_ORGANISATION = 40
IPV4_PREFIX, IPV6_PREFIX = 24, 48  # bits: what one customer of a provider may have for themselves


class _Try(NamedTuple):
    key: bytes
    tries: int
    ends_at: datetime


async def count(session: AsyncSession, keys: Keys, what: bytes, who: bytes, *, most: int, at: datetime) -> None:
    """Count one try, or refuse where there were too many. Called before the trying, so that none runs ahead."""
    number = int(at.timestamp() // SPAN.total_seconds())
    ends_at = datetime.fromtimestamp((number + 1) * SPAN.total_seconds(), UTC)
    key = keys.digest(b"throttle", b"\0".join([what, str(number).encode(), who]))
    await upsert_adding(session, Throttle, [_Try(key, 1, ends_at)], add="tries")
    tries = (await session.exec(select(Throttle.tries).where(Throttle.key == key))).one()
    if tries > most:
        wait = int((ends_at - at).total_seconds()) + 1
        raise TooMany("There were too many tries. Please wait some minutes.", retry_after=wait)


def network_of(host: str) -> str:
    """Return the part of an address that neighbours share."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = IPV6_PREFIX if isinstance(address, IPv6Address) else IPV4_PREFIX
    return str(ip_network((address, prefix), strict=False))
