"""A mail server that accepts everything and keeps nothing: the cheapest that answers each command in turn."""

import argparse
import asyncio
from typing import cast

import uvloop

REPLIES = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
WELCOME = b"250-sink.example.org\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


class Sink(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.buffer = b""
        self.in_data = False
        self.transport.write(b"220 sink.example.org ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        replies = b""
        while True:
            end = self.buffer.find(b"\r\n.\r\n" if self.in_data else b"\r\n")
            if end < 0:
                break
            line, self.buffer = self.buffer[:end], self.buffer[end + (5 if self.in_data else 2) :]
            replies += self.reply(line[:4].upper())
        self.transport.write(replies)

    def reply(self, verb: bytes) -> bytes:
        if self.in_data:
            self.in_data = False
            return b"250 2.0.0 accepted\r\n"
        self.in_data = verb == b"DATA"
        return WELCOME if verb == b"EHLO" else REPLIES.get(verb, b"250 ok\r\n")


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(main(parser.parse_args().port))
