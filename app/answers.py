"""Answers as they leave to be kept for a moment: with a tag, and without a body for who has it already."""

import hashlib
from collections.abc import Mapping
from typing import Annotated

from fastapi import Header, Response, status

from app.services import revisions
from app.services.board import Shown

BY_VISITOR = {"Vary": "Authorization"}  # an organiser may see more at the same address
BY_VISITOR_AND_FORM = {"Vary": "Authorization, Accept"}  # who asks for CSV gets it

IfNoneMatch = Annotated[str | None, Header(description="The ETag that you have. 304 if it is still the same.")]


def public(shown: Shown, if_none_match: str | None, *, seconds: int, vary: Mapping[str, str] = BY_VISITOR) -> Response:
    """Return what anybody may see; 304 where the reader has it already. `seconds`: for which it may be kept unasked.

    What names a person is asked for each time (0): consent that is withdrawn takes them off caches, too.
    """
    kept = f"public, max-age={seconds}" if seconds else "public, no-cache"
    headers = {"ETag": shown.etag, "Cache-Control": kept, **vary}
    known = unchanged(headers, if_none_match)
    return known or Response(shown.json, headers=headers, media_type="application/json")


def own(response: Response) -> None:
    """Let what is shown to one visitor only be kept by nobody else."""
    response.headers.update({"Cache-Control": "private, no-cache", **BY_VISITOR})


def with_etag(response: Response, revision: int) -> None:
    """Name the revision that an answer shows to an organiser."""
    response.headers["ETag"] = revisions.etag(revision)


def made_of(content: str) -> dict[str, str]:
    """Return the headers of what may be kept, but is asked for each time, since it may name a prisoner."""
    tag = hashlib.sha256(content.encode()).hexdigest()[:32]
    return {"ETag": f'"{tag}"', "Cache-Control": "public, no-cache", "X-Content-Type-Options": "nosniff"}


def unchanged(headers: Mapping[str, str], if_none_match: str | None) -> Response | None:
    """Return 304 to whoever has it already. Compares weakly, as RFC 9110 asks for here."""
    if if_none_match is None:
        return None
    known = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    same = known & {"*", headers["ETag"].removeprefix("W/")}
    return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers) if same else None
