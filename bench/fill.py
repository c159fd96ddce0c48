"""A database filled with letters of many campaigns in bulk: rows made by the database itself, counts by recount.

Each submission has three letters, confirmed and sent, but for the newest letters, which wait to leave.
"""

import json
import uuid

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database, execute_many, rows, table_of
from app.models.brief import Brief
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.pace import Stream
from app.services import recount
from app.services.team import organisers
from bench.api import SLUG

CAMPAIGNS = 200
WAITING = 2_000  # letters in the queue, however many there are
STEP = 300_000  # letters of one transaction
COUNTRIES = ["DE", "FR", "PL", "US", "GB", "IT", "ES", "SE", "CH", "AT"]

DIALECT = {
    "postgresql": {
        "id": "(lpad(to_hex({ms}), 12, '0') || '7000{kind}' || lpad(to_hex({n}), 15, '0'))::uuid",
        "digest": "decode(md5({n}::text) || md5('x' || {n}), 'hex')",
        "numbers": "generate_series({first}, {last} - 1) AS i(n)",
        "day": "CURRENT_DATE - ({n} % 60)::int",
        "at": "now() - make_interval(mins => ({n} % 80000)::int)",
        "uuid": "'{0}'::uuid",
        "due": "now()",
    },
    "sqlite": {
        "id": "printf('%012x7000{kind}%015x', {ms}, {n})",
        "digest": "CAST(printf('%016x%016x', {n} * 7919, {n}) AS BLOB)",
        "numbers": "(WITH RECURSIVE i(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM i WHERE n < {last} - 1)"
        " SELECT n FROM i)",
        "day": "date('now', '-' || ({n} % 60) || ' days')",
        "at": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ({n} % 80000) || ' minutes') || '000'",
        "uuid": "'{0.hex}'",
        "due": "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'",
    },
}


async def fill(url: str, letters: int) -> str:
    """Fill a prepared database; return an organiser's key."""
    database = Database(url)
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Growers", name="Greta Grower")
        campaigns = await _campaigns(session)
    for first in range(0, letters, STEP):
        async with database.engine.connect() as connection:
            await _some(connection, campaigns, first, min(first + STEP, letters), letters)
            await connection.commit()
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")
    async with database.transaction() as session:
        await recount.rebuild(session)
    await database.close()
    return key


async def _campaigns(session: AsyncSession) -> list[tuple[uuid.UUID, uuid.UUID, list[uuid.UUID]]]:
    """Copy the demonstration's campaign and brief; return ids of campaigns, briefs and offices."""
    campaign, brief = table_of(Campaign), table_of(Brief)
    (model,) = await rows(session, sa.select(campaign).where(campaign.c.slug == SLUG))
    values = dict(zip(campaign.c.keys(), model, strict=True))
    ((content,),) = await rows(session, sa.select(brief.c.content).where(brief.c.id == values["brief_id"]))
    offices = [uuid.UUID(office["id"]) for office in content["offices"]][:3]
    made = [(uuid.uuid4(), uuid.uuid4(), offices) for _ in range(CAMPAIGNS)]
    await execute_many(
        session,
        sa.insert(campaign),
        [values | {"id": id_, "brief_id": brief_id, "slug": f"grown-{n}"} for n, (id_, brief_id, _) in enumerate(made)],
    )
    briefs = [
        {
            "id": brief_id,
            "campaign_id": id_,
            "number": 1,
            "published_at": now(),
            "content": json.loads(json.dumps(content)) | {"campaign_id": str(id_), "slug": f"grown-{n}"},
        }
        for n, (id_, brief_id, _) in enumerate(made)
    ]
    await execute_many(session, sa.insert(brief), briefs)
    streams = [{"campaign_id": id_, "office_id": office_id} for id_, _, _ in made for office_id in offices]
    await execute_many(session, sa.insert(table_of(Stream)), streams)
    return made


async def _some(
    connection: AsyncConnection,
    campaigns: list[tuple[uuid.UUID, uuid.UUID, list[uuid.UUID]]],
    first: int,
    last: int,
    letters: int,
) -> None:
    """Insert letters of these numbers with their submissions and deliveries. Keys are right, and are not looked up."""
    name = connection.dialect.name
    if name == "postgresql":
        await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    for statement in _statements(DIALECT[name], campaigns, first, last, waiting=letters - WAITING):
        await connection.exec_driver_sql(statement)


def _statements(
    words: dict[str, str],
    campaigns: list[tuple[uuid.UUID, uuid.UUID, list[uuid.UUID]]],
    first: int,
    last: int,
    *,
    waiting: int,
) -> list[str]:
    def id_(kind: str, n: str) -> str:
        return words["id"].format(kind=kind, n=n, ms=f"(1700000000000 + {n} / 10)")

    def one_of(values: list[str], n: str) -> str:
        return f"CASE {n} % {len(values)} " + " ".join(f"WHEN {i} THEN {v}" for i, v in enumerate(values)) + " END"

    def key(value: uuid.UUID) -> str:
        return words["uuid"].format(value)

    person = "(n / 3)"
    campaign = one_of([key(each[0]) for each in campaigns], person)
    brief = one_of([key(each[1]) for each in campaigns], person)
    office = one_of([key(each) for each in campaigns[0][2]], "n")
    country = one_of([f"'{each}'" for each in COUNTRIES], person)
    at, day = words["at"].format(n="n"), words["day"].format(n=person)
    numbers = words["numbers"].format(first=first, last=last)
    people = words["numbers"].format(first=first // 3, last=-(-last // 3))
    digest = words["digest"].format(n=person)
    stage = f"CASE WHEN n < {waiting} THEN 'sent' ELSE 'queued' END"
    submissions = (
        "INSERT INTO submission (id, campaign_id, sealed, digest, country, language, consent_contact,"
        " consent_copies, consent_answers, consent_wording,"
        f" first, created_at, confirmed_at) SELECT {id_('1', 'n')}, {campaign.replace(person, 'n')}, NULL,"
        f" {words['digest'].format(n='n')}, {country.replace(person, 'n')}, 'en', false, false, false, 'x', true,"
        f" {at}, {at} FROM {people}"
    )
    letters = (
        "INSERT INTO letter (id, submission_id, campaign_id, brief_id, office_id, country, language, channel, stage,"
        f" stage_on, seed, digest, round, created_at, moved_at) SELECT {id_('2', 'n')}, {id_('1', person)}, {campaign},"
        f" {brief}, {office}, {country}, 'en', 'email', {stage}, {day}, n, {digest}, 0, {at}, {at} FROM {numbers}"
    )
    deliveries = (
        "INSERT INTO delivery (id, submission_id, letter_id, campaign_id, office_id, due_at, attempts, crashes,"
        " uncertain, created_at)"
        f" SELECT {id_('3', 'n')}, {id_('1', person)}, {id_('2', 'n')}, {campaign}, {office},"
        f" CASE WHEN n < {waiting} THEN NULL ELSE {words['due']} END, 1, 0, false, {at} FROM {numbers}"
    )
    return [submissions, letters, deliveries]
