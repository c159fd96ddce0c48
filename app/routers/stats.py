"""The numbers of a campaign."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app import answers, quick
from app.answers import IfNoneMatch
from app.bodies import StrictRoute
from app.dependencies import ANYONE, BoardDep, SlugPath, known_form
from app.models.tally import Breakdown, Stats
from app.services.board import Question

router = APIRouter(tags=["stats"], route_class=StrictRoute, dependencies=[ANYONE])

SECONDS = 2  # for which numbers may be kept, so that a front page's readers share one question


async def _read(request: Request) -> Response | None:
    if request.url.query or request.headers.get("accept", "").lower().startswith("text/csv"):
        return None
    slug = known_form(request.path_params["slug"])
    return await read_stats(slug, request.app.state.board, if_none_match=request.headers.get("if-none-match"))


@router.get("/campaigns/{slug}/stats", response_model=Stats)
@quick.by(_read)
async def read_stats(
    slug: SlugPath,
    board: BoardDep,
    by: Annotated[list[Breakdown], Query(description="Break the numbers down; may be given several times.")] = [],  # noqa: B006 - FastAPI copies it
    since: Annotated[
        date | None, Query(alias="from", description="First day of the breakdown, in the campaign's time zone.")
    ] = None,
    until: Annotated[
        date | None, Query(alias="to", description="Last day of the breakdown, in the campaign's time zone.")
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Tell the truth about a campaign: `letters_sent` is what left for an office, and nothing else.

    A letter's day is the one on which it came to its present stage, in the campaign's time zone. Countries with fewer
    than five supporters are shown together, as `other`; of some days only, all are `other`.
    """
    question = Question(slug, tuple(by), since, until)
    shown = await board.stats(question)
    return answers.public(shown, if_none_match, seconds=SECONDS, vary=answers.BY_VISITOR_AND_FORM)
