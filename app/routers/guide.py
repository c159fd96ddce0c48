"""Where the service explains itself."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse

from app.config import PROJECT

router = APIRouter(include_in_schema=False)


@router.get("/")
def begin() -> RedirectResponse:
    """Lead whoever comes by to the API's documentation."""
    return RedirectResponse("/docs")


@router.get("/docs/problems")
def problems() -> FileResponse:
    """Tell what each problem's `type` means."""
    return FileResponse(PROJECT / "docs" / "problems.md", media_type="text/markdown; charset=utf-8")
