"""Print runs: letters by post that organisers print together, post, and may take back step by step."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, NotFound
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.letter import Letter, Reason, Stage
from app.models.office import Channel
from app.models.organisation import Organiser
from app.models.print_run import OfficeInRun, PrintRun, PrintRunCreate, PrintRunPublic, PrintRunStatus
from app.pagination import Page, PageRequest
from app.rows.asking import table_of
from app.rows.writing import execute_many
from app.services import situations, wording
from app.services.counting import stages
from app.services.paper import manuscripts
from app.services.paper.manuscripts import Manuscript
from app.services.sealing import Keys
from app.services.team import audit

LISTED_IN = "en"  # the language of cover lists


async def own(session: AsyncSession, organiser: Organiser, run_id: uuid.UUID, *, lock: bool = True) -> PrintRun:
    """Return a print run of the organiser's organisation, to be changed unless `lock` is false."""
    which = (
        select(PrintRun)
        .join(Campaign, col(Campaign.id) == col(PrintRun.campaign_id))
        .where(PrintRun.id == run_id, Campaign.organisation_id == organiser.organisation_id)
    )
    run = (await session.exec(which.with_for_update(of=PrintRun) if lock else which)).first()
    if run is None:
        raise NotFound("There is no print run at this address.")
    return run


async def create(session: AsyncSession, keys: Keys, campaign: Campaign, body: PrintRunCreate) -> PrintRunPublic:
    """Take letters that are ready, keep their texts as they are printed, and move them to `printed`."""
    at = now()
    taken = await _take(session, campaign, body, today=at.date())
    if not taken:
        raise Conflict("No letter by post is ready to be printed.")
    last = (await session.exec(select(sa.func.max(PrintRun.number)).where(PrintRun.campaign_id == campaign.id))).one()
    run = PrintRun(campaign_id=campaign.id, number=(last or 0) + 1, country=body.country, paper=body.paper)
    session.add(run)
    await session.flush()
    await _keep(session, run, await asyncio.to_thread(_sealed, keys, taken))
    locked = await stages.lock(session, col(Letter.id).in_([each.letter.id for each in taken]))
    await stages.move(session, locked, Stage.PRINTED, at=at)
    audit.note(session, campaign, {f"print run {run.number}": (None, run.status)})
    return await show(session, run)


async def listed(session: AsyncSession, campaign: Campaign, query: PageRequest) -> Page[PrintRunPublic]:
    """Return a campaign's print runs, newest first."""
    which = select(PrintRun).where(PrintRun.campaign_id == campaign.id)
    if query.after:
        which = which.where(col(PrintRun.id) < query.after)
    found = (await session.exec(which.order_by(col(PrintRun.id).desc()).limit(query.limit + 1))).all()
    shown, cursor = query.cut(found)
    return Page(items=[await show(session, run) for run in shown], next_cursor=cursor)


async def show(session: AsyncSession, run: PrintRun) -> PrintRunPublic:
    """Show a run with its offices, and with what has been withdrawn from it."""
    found = await letters_in(session, run)
    kept = [letter for letter in found if letter.stage is not Stage.CANCELLED]
    withdrawn = [number for number, letter in enumerate(found, 1) if letter.stage is Stage.CANCELLED]
    listed = offices(await manuscripts.gather(session, kept))
    return PrintRunPublic(**run.model_dump(), letters=len(kept), offices=listed, withdrawn=withdrawn)


async def post(session: AsyncSession, run: PrintRun) -> PrintRunPublic:
    """Take down that the run was posted: now its letters count."""
    if run.status is not PrintRunStatus.PRINTED:
        raise Conflict(f"The print run is {run.status.value}, so it cannot be posted.")
    await _move(session, run, PrintRunStatus.POSTED, Stage.POSTED, at=now())
    return await show(session, run)


async def undo(session: AsyncSession, run: PrintRun) -> PrintRunPublic:
    """Take the last step back: posted → printed, printed → ready, or cancelled where the campaign has closed."""
    if run.status is PrintRunStatus.UNDONE:
        raise Conflict("This print run was undone already.")
    if run.status is PrintRunStatus.POSTED:
        await _move(session, run, PrintRunStatus.PRINTED, Stage.READY, Stage.PRINTED, at=now())
    else:
        campaign = (await situations.held(session, [run.campaign_id], wait=True))[run.campaign_id]
        closed = campaign.status is CampaignStatus.CLOSED
        path, reason = ([Stage.CANCELLED], Reason.CAMPAIGN_CLOSED) if closed else ([], None)
        free: dict[str, None] = {"print_run_id": None, "sealed_text": None}
        await _move(session, run, PrintRunStatus.UNDONE, Stage.READY, *path, at=now(), reason=reason, **free)
    return await show(session, run)


async def letters_in(session: AsyncSession, run: PrintRun) -> list[Letter]:
    """Return the letters of a run, office by office, in the order in which they are printed."""
    which = select(Letter).where(Letter.print_run_id == run.id).order_by(col(Letter.office_id), col(Letter.id))
    return list(await session.exec(which, execution_options={"populate_existing": True}))


def offices(gathered: Sequence[Manuscript]) -> list[OfficeInRun]:
    """Return the offices in the order of their letters, with how many there are."""
    counts = Counter(each.office.id for each in gathered)
    titles = {each.office.id: each.office.title_in(LISTED_IN) for each in gathered}
    return [OfficeInRun(office_id=id_, office=titles[id_], letters=n) for id_, n in counts.items()]


async def _take(session: AsyncSession, campaign: Campaign, body: PrintRunCreate, *, today: date) -> list[Manuscript]:
    """Return the oldest letters whose gates are open, held until the transaction ends."""
    ready = select(Letter).where(
        Letter.campaign_id == campaign.id, Letter.stage == Stage.READY, Letter.channel == Channel.POST
    )
    if body.office_ids:
        ready = ready.where(col(Letter.office_id).in_(body.office_ids))
    ready = ready.order_by(col(Letter.id)).limit(body.limit).with_for_update(key_share=True, skip_locked=True)
    taken: list[Manuscript] = []
    found = list(await session.exec(ready))
    while found and len(taken) < body.limit:
        gathered = await manuscripts.gather(session, found, on=today)
        taken += await manuscripts.through_the_gates(session, campaign, gathered, today=today)
        found = list(await session.exec(ready.where(col(Letter.id) > found[-1].id)))
    return taken[: body.limit]


async def _move(
    session: AsyncSession,
    run: PrintRun,
    status: PrintRunStatus,
    *path: Stage,
    at: datetime,
    reason: Reason | None = None,
    **emptied: None,
) -> None:
    """Move the run and, step by step, the letters that stand where it stood."""
    held = await stages.lock(session, col(Letter.print_run_id) == run.id, col(Letter.stage) == Stage(run.status))
    for to in path:
        await stages.move(session, held, to, at=at, reason=reason, **emptied)
        held = [letter.moved_to(to, at) for letter in held]
    campaign = await session.get_one(Campaign, run.campaign_id)
    audit.note(session, campaign, {f"print run {run.number}": (run.status, status)})
    run.status, run.moved_at = status, at
    await session.flush()


async def _keep(session: AsyncSession, run: PrintRun, texts: Sequence[tuple[uuid.UUID, bytes]]) -> None:
    table = table_of(Letter)
    keep = sa.update(table).where(table.c.id == sa.bindparam("b_id"))
    keep = keep.values(print_run_id=run.id, sealed_text=sa.bindparam("b_text"))
    await execute_many(session, keep, [{"b_id": letter_id, "b_text": text} for letter_id, text in texts])


def _sealed(keys: Keys, taken: Sequence[Manuscript]) -> list[tuple[uuid.UUID, bytes]]:
    return [(each.letter.id, wording.seal(keys, each.text(keys), about=each.letter.id)) for each in taken]
