"""Answers as they leave to be kept for a moment: with a tag, and without a body for who has it already."""

from typing import Annotated

from fastapi import Header, Response, status

from app.services.board import Shown

BY_VISITOR = {"Vary": "Authorization"}  # an organiser may see more at the same address

IfNoneMatch = Annotated[str | None, Header(description="The ETag that you have. 304 if it is still the same.")]


def public(shown: Shown, if_none_match: str | None, *, seconds: int) -> Response:
    """Return what anybody may see; 304 where the reader has it already. `seconds`: for which it may be kept unasked.

    What names a person is asked for each time (0): consent that is withdrawn takes them off caches, too.
    """
    kept = f"public, max-age={seconds}" if seconds else "public, no-cache"
    headers = {"ETag": shown.etag, "Cache-Control": kept, **BY_VISITOR}
    if if_none_match is not None and _has(if_none_match, shown.etag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(shown.json, headers=headers, media_type="application/json")


def own(response: Response) -> None:
    """Let what is shown to one visitor only be kept by nobody else."""
    response.headers.update({"Cache-Control": "private, no-cache", **BY_VISITOR})


def _has(if_none_match: str, etag: str) -> bool:
    """Compare weakly, as RFC 9110 asks for here."""
    known = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in known or etag.removeprefix("W/") in known
