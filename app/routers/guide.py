"""Where the service explains itself."""

import re
from functools import cache

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.config import PROJECT
from app.dependencies import ANYONE

router = APIRouter(include_in_schema=False, dependencies=[ANYONE])

_environment = Environment(
    loader=FileSystemLoader(PROJECT / "templates" / "pages"), undefined=StrictUndefined, autoescape=True
)


@router.get("/")
def begin() -> RedirectResponse:
    """Lead whoever comes by to the API's documentation."""
    return RedirectResponse("/docs")


@router.get("/docs/problems")
@cache
def problems() -> HTMLResponse:
    """Tell what each problem's `type` means; its last part is the anchor."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow to load, and seldom wanted

    html = MarkdownIt().render((PROJECT / "docs" / "problems.md").read_text(encoding="utf-8"))
    anchored = re.sub(r"<h2>([a-z-]+)</h2>", r'<h2 id="\1">\1</h2>', html)
    return HTMLResponse(_environment.get_template("guide.html").render(title="Problems", html=anchored))
