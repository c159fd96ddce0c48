"""The wire to webhooks: one POST to an address that was checked; no redirects, no proxy, only the status is read."""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

import httpcore
from httpcore import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream

from app.services.interfaces.reachable import may_be_called

PATIENCE = 15.0  # seconds for one call, all in all
MOST_TRIED = 3  # addresses of one name


class NotTaken(Exception):
    """The call did not get through; the message is for the log."""


class Caller:
    """Calls webhooks. Each call has a connection of its own, so that each is checked."""

    def __init__(self, *, this_machine: bool) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_keepalive_connections=0,
            network_backend=_Checked(this_machine=this_machine),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Return the status that came back, or raise NotTaken."""
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        try:
            async with asyncio.timeout(PATIENCE), self._pool.stream("POST", url, headers=sent, content=body) as answer:
                return answer.status
        except TimeoutError:
            raise NotTaken(f"no answer in {PATIENCE:.0f} seconds") from None
        except (httpcore.ConnectError, httpcore.TimeoutException, ssl.SSLError, OSError):
            raise NotTaken("it could not be reached, or has no valid certificate") from None
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.UnsupportedProtocol):
            raise NotTaken("the answer could not be read") from None

    async def close(self) -> None:
        await self._pool.aclose()


class _Checked(AsyncNetworkBackend):
    """Resolves a name once, refuses it if any of its addresses is not in the open, and connects to one of these."""

    def __init__(self, *, this_machine: bool) -> None:
        self._this_machine = this_machine
        self._wire = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        addresses = await self._resolve(host, port)
        for address in addresses[:MOST_TRIED]:
            try:
                return await self._wire.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise NotTaken("it could not be reached")

    async def sleep(self, seconds: float) -> None:
        await self._wire.sleep(seconds)

    async def _resolve(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotTaken("its name leads nowhere") from None
        addresses = list(dict.fromkeys(str(where[4][0]) for where in found))
        if not all(may_be_called(ip_address(each), this_machine=self._this_machine) for each in addresses):
            raise NotTaken("its address is not in the open: private networks are not called")
        return addresses
