"""HEAD is GET without the body: for those who watch the service, and for caches."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_BODY: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class Heads:
    """Asks for what HEAD names as GET would, and ends the answer after its head: streams, too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "HEAD":
            await self.app(scope, receive, send)
            return

        async def head_only(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send(NO_BODY)

        await self.app({**scope, "method": "GET"}, receive, head_only)
