"""Print runs: letters by post that organisers print and post."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import (
    DatabaseDep,
    EditorDep,
    IdPath,
    KeysDep,
    OwnCampaignDep,
    OwnPrintRunDep,
    ReaderDep,
    SessionDep,
    WatchedCampaignDep,
    WatchedPrintRunDep,
)
from app.models.print_run import PrintRunCreate, PrintRunPublic
from app.pagination import Page, PageRequest
from app.routers import pdf
from app.services.paper import print_runs, printing

router = APIRouter(tags=["print runs"], route_class=StrictRoute)


@router.get("/campaigns/{slug}/print-runs")
async def list_print_runs(
    campaign: WatchedCampaignDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[PrintRunPublic]:
    """List a campaign's print runs, newest first."""
    return await print_runs.listed(session, campaign, query)


@router.post("/campaigns/{slug}/print-runs", status_code=status.HTTP_201_CREATED)
async def create_print_run(
    campaign: OwnCampaignDep, body: PrintRunCreate, session: SessionDep, keys: KeysDep
) -> PrintRunPublic:
    """Take letters by post that are ready: they become `printed`, and their texts stay as they are now."""
    return await print_runs.create(session, keys, campaign, body)


@router.get("/print-runs/{run_id}.pdf", response_class=pdf.Pdf)
async def read_print_run_pdf(run_id: IdPath, organiser: EditorDep, database: DatabaseDep, keys: KeysDep) -> pdf.Pdf:
    """Return the run to be printed: a cover list, then the letters, each on one page with fold marks.

    Fetched again, it has the same letters, but for those that were stopped meanwhile.
    """
    return pdf.shown(await printing.pdf(database, keys, organiser, run_id), name=f"print-run-{run_id}")


@router.get("/print-runs/{run_id}")
async def read_print_run(run: WatchedPrintRunDep, session: ReaderDep) -> PrintRunPublic:
    """Show a print run, and which of its letters must be taken out."""
    return await print_runs.show(session, run)


@router.post("/print-runs/{run_id}/posted")
async def post_print_run(run: OwnPrintRunDep, session: SessionDep) -> PrintRunPublic:
    """Take down that the run was posted. Its letters are `posted`, and count as sent."""
    return await print_runs.post(session, run)


@router.post("/print-runs/{run_id}/undo")
async def undo_print_run(run: OwnPrintRunDep, session: SessionDep) -> PrintRunPublic:
    """Take the last step back: a posted run is printed again, a printed one is undone and its letters are ready."""
    return await print_runs.undo(session, run)
