"""The numbers of a campaign."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies import ANYONE, CampaignDep, ReaderDep, SettingsDep
from app.models.tally import Breakdown, Stats
from app.services import stats

router = APIRouter(tags=["stats"], dependencies=[ANYONE])


@router.get("/campaigns/{slug}/stats")
async def read_stats(
    campaign: CampaignDep,
    session: ReaderDep,
    settings: SettingsDep,
    by: Annotated[list[Breakdown], Query(description="Break the numbers down; may be given several times.")] = [],  # noqa: B006 - FastAPI copies it
    since: Annotated[date | None, Query(alias="from", description="First day of the breakdown, in UTC.")] = None,
    until: Annotated[date | None, Query(alias="to", description="Last day of the breakdown, in UTC.")] = None,
) -> Stats:
    """Tell the truth about a campaign: `letters_sent` is what left for an office, and nothing else.

    A letter's day is the one on which it came to its present stage. Countries with fewer than five supporters are
    shown together, as `other`.
    """
    usual = settings.office_hourly_limit if settings.pacing else None
    return await stats.read(session, campaign, by=by, since=since, until=until, usual=usual)
