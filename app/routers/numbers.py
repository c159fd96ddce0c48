"""A campaign's numbers beside its stats: as a table, as a funnel, office by office."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from app.dependencies import ANYONE, UNKEPT, CampaignDep, ReaderDep
from app.models.numbers import Compare, FunnelOfCampaign, OfficesOfCampaign
from app.models.tally import Breakdown
from app.models.text import Day, Language
from app.services.numbers import funnels, rates, tables

router = APIRouter(prefix="/campaigns/{slug}", tags=["stats"], dependencies=[ANYONE, UNKEPT])


class AcceptCsv(APIRoute):
    """A route for clients that ask for CSV; others go on to the next one with this address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        accepted = b",".join(value for name, value in scope.get("headers", ()) if name == b"accept")
        return super().matches(scope) if accepted.lower().startswith(b"text/csv") else (Match.NONE, {})


accepting = APIRouter(prefix="/campaigns/{slug}", route_class=AcceptCsv, include_in_schema=False, dependencies=[ANYONE])

From = Annotated[date | None, Query(alias="from", description="First day, in the campaign's time zone.")]
To = Annotated[date | None, Query(alias="to", description="Last day, in the campaign's time zone.")]
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "A table"}}


@accepting.get("/stats")
@router.get("/stats.csv", response_class=Response, responses=CSV)
async def read_table(
    campaign: CampaignDep,
    session: ReaderDep,
    by: Annotated[list[Breakdown], Query(description="Break the numbers down; may be given several times.")] = [],  # noqa: B006 - FastAPI copies it
    since: From = None,
    until: To = None,
) -> Response:
    """The stats as CSV: a row for the campaign, and one for each value of each breakdown. Also by `Accept: text/csv`.

    No cell is a formula. Countries with fewer than five supporters are one row, `other`, as in the stats.
    """
    text = await tables.csv(session, campaign, by=by, since=since, until=until)
    named = f'attachment; filename="{campaign.slug}.csv"'
    headers = {"Content-Disposition": named, "Vary": "Accept", "Cache-Control": "no-cache"}
    return Response(text, media_type="text/csv", headers=headers)


@router.get("/stats/funnel")
async def read_funnel(
    campaign: CampaignDep,
    session: ReaderDep,
    since: Annotated[Day | None, Query(alias="from", description="First day, in the campaign's time zone.")] = None,
    until: Annotated[Day | None, Query(alias="to", description="Last day, in the campaign's time zone.")] = None,
    compare: Annotated[Compare | None, Query(description="Show as many days just before, too.")] = None,
) -> FunnelOfCampaign:
    """How far letters come, from handed in to sent; of those that came to their present stage between two days."""
    return await funnels.read(session, campaign, since=since, until=until, compare=compare)


@router.get("/stats/offices")
async def read_offices(
    campaign: CampaignDep,
    session: ReaderDep,
    language: Annotated[Language, Query(description="For the offices' titles.")] = "en",
) -> OfficesOfCampaign:
    """How many letters left for each office, how many came back or were answered, and how many went there on paper."""
    return await rates.read(session, campaign, language=language)
