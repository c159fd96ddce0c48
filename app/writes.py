"""An answer leaves in one write. uvicorn writes its head and its body apart, each at the kernel's price."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Gathering:
    """A transport that writes at once what is written in one turn of the loop."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._parts: list[bytes] = []
        self._call_soon = asyncio.get_running_loop().call_soon

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._call_soon(self._write)
        self._parts.append(data)

    def close(self) -> None:
        self._write()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a transport can
        return getattr(self._transport, name)

    def _write(self) -> None:
        if self._parts:
            parts, self._parts = self._parts, []
            self._transport.write(b"".join(parts))


class Http(HttpToolsProtocol):
    """uvicorn's own protocol, over such transports."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(cast(asyncio.Transport, Gathering(transport)))
