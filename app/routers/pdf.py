"""A PDF as an answer: for whoever asked, and for nobody's cache."""

from fastapi import Response


class Pdf(Response):
    media_type = "application/pdf"


def shown(content: bytes, *, name: str) -> Pdf:
    """Return a PDF that a browser shows, and keeps under this name."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Pdf(content, headers=headers)
