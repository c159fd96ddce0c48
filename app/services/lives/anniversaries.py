"""Days ahead on which an organisation remembers those whom it looks after."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.check import AheadQuery, Anniversary, Occasion
from app.models.columns import now
from app.models.organisation import Organiser
from app.models.prisoner import FREE_OR_DEAD, Prisoner
from app.models.prisoner_event import EventKind, PrisonerEvent
from app.pagination import Page
from app.services.lives import remembering
from app.services.lives.remembering import Remembered

DATED = (EventKind.ARREST, EventKind.SENTENCE)


async def listed(session: AsyncSession, organiser: Organiser, query: AheadQuery) -> Page[Anniversary]:
    """Return birthdays, anniversaries and round numbers of days in prison that lie ahead, in order."""
    own = (Prisoner.organisation_id == organiser.organisation_id, col(Prisoner.status).not_in(FREE_OR_DEAD))
    about = select(PrisonerEvent).join(Prisoner, col(Prisoner.id) == col(PrisonerEvent.prisoner_id)).where(*own)
    dated = about.where(col(PrisonerEvent.kind).in_(DATED)).order_by(col(PrisonerEvent.happened_on))
    last = {(each.prisoner_id, each.kind): each.happened_on for each in await session.exec(dated)}
    people = (await session.exec(select(Prisoner).where(*own))).all()
    remembered = [
        Remembered(
            each.id,
            each.slug,
            each.name,
            {
                Occasion.BIRTHDAY: each.born_on,
                Occasion.ARREST: each.detained_on or last.get((each.id, EventKind.ARREST)),
                Occasion.SENTENCE: last.get((each.id, EventKind.SENTENCE)),
            },
        )
        for each in people
    ]
    ahead = remembering.ahead(remembered, today=now().date(), days=query.days)
    shown, next_cursor = query.cut([each for each in ahead if query.after is None or each.id > query.after])
    return Page(items=list(shown), next_cursor=next_cursor)
