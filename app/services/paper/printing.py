"""The PDF of a print run, made again whenever it is asked for: what it is made from does not change."""

import asyncio
import uuid
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import places, press
from app.composing.formats import FORMATS, paper_of
from app.database import Database
from app.errors import Conflict, NotFound
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import Stage
from app.models.organisation import Organiser
from app.models.paper import Paper
from app.models.print_run import PrintRun, PrintRunStatus
from app.services.paper import manuscripts, print_runs
from app.services.paper.manuscripts import Manuscript
from app.services.sealing import Keys


async def pdf(database: Database, keys: Keys, organiser: Organiser, run_id: uuid.UUID) -> bytes:
    """Return a cover list and, behind it, the letters whose gates are open, with the texts that they were given."""
    async with database.reading() as session:
        run = await print_runs.own(session, organiser, run_id, lock=False)
        campaign = await session.get_one(Campaign, run.campaign_id)
        gathered = await _gathered(session, campaign, run)
    return await asyncio.to_thread(_printed, keys, campaign, run, gathered)


async def _gathered(session: AsyncSession, campaign: Campaign, run: PrintRun) -> list[Manuscript]:
    if run.status is PrintRunStatus.UNDONE:
        raise Conflict("This print run was undone: its letters can be printed in another.")
    found = [letter for letter in await print_runs.letters_in(session, run) if letter.stage is not Stage.CANCELLED]
    gathered = await manuscripts.gather(session, found)
    open_ = await manuscripts.through_the_gates(session, campaign, gathered, today=now().date())
    if not open_:
        raise NotFound("Nothing is left to print in this run.")
    return open_


def _printed(keys: Keys, campaign: Campaign, run: PrintRun, gathered: Sequence[Manuscript]) -> bytes:
    day = run.created_at.date()
    sheets = (each.sheet(keys, day=day, country=run.country, paper=run.paper) for each in gathered)
    return press.run(_cover(campaign, run, gathered), sheets)


def _cover(campaign: Campaign, run: PrintRun, gathered: Sequence[Manuscript]) -> press.Cover:
    size = FORMATS[run.paper or (paper_of(run.country) if run.country else Paper.A4_LEFT)]
    countries = {each.office.id: places.country(each.office.country, print_runs.LISTED_IN) for each in gathered}
    rows = [press.Row(each.office, countries[each.office_id], each.letters) for each in print_runs.offices(gathered)]
    title = f"{campaign.code} · {gathered[0].brief.title_in(print_runs.LISTED_IN)}"
    return press.Cover(title, run.number, run.created_at.date().isoformat(), size.width, size.height, rows)
