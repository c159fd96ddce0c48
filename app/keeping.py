"""Answers that may be kept: by what they are made of."""

import hashlib
from typing import Annotated

from fastapi import Header, Response, status

IfNoneMatch = Annotated[str | None, Header(description="The ETag of what you have: 304 if it is still the same.")]


def headers(made_of: str) -> dict[str, str]:
    """Return the headers of an answer that is made of this, and may be kept, but is asked for each time.

    It may name a prisoner, and consent that is withdrawn takes them off caches, too.
    """
    tag = hashlib.sha256(made_of.encode()).hexdigest()[:32]
    return {"ETag": f'"{tag}"', "Cache-Control": "public, no-cache", "X-Content-Type-Options": "nosniff"}


def unchanged(kept: dict[str, str], if_none_match: str | None) -> Response | None:
    """Return 304 to whoever has it already."""
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    same = known & {kept["ETag"], "*"}
    return Response(None, status.HTTP_304_NOT_MODIFIED, kept) if same else None
