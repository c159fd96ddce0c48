"""JSON as it comes in, read strictly: a name that stands twice, or a number that is none, has two readings."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

HALF = re.compile(r"\\u[dD][89a-fA-F]")


class StrictRoute(APIRoute):
    """A route whose bodies are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strictly


class StrictRequest(Request):
    """A request whose body is read strictly."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        try:
            return _read((await self.body()).decode("utf-8-sig"))
        except json.JSONDecodeError:
            raise
        except (UnicodeDecodeError, RecursionError, ValueError) as error:
            raise json.JSONDecodeError(str(error) if type(error) is ValueError else "", "", 0) from None


def _read(text: str) -> Any:  # noqa: ANN401 - JSON is anything
    found = _DECODER.decode(text)
    if HALF.search(text):  # mostly of a pair; alone it is no character, and nothing can be done with its text
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise json.JSONDecodeError("a name stands there twice", "", 0)
    return found


def _no_number(_constant: str) -> NoReturn:
    raise json.JSONDecodeError("NaN and Infinity are no JSON", "", 0)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)  # made once: making costs as reading
