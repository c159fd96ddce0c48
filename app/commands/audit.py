"""`unsilenced audit`: who changed what in an organisation."""

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from app.console import AsJson, out, print_json, with_database
from app.database import Database
from app.models.audit import AuditPublic, AuditQuery
from app.pagination import MAXIMUM_LIMIT, Page
from app.services.team import audit_trail, organisers

commands = typer.Typer()

NOBODY = "–"  # the service itself, an operator, or the bearer of a link


@commands.command(name="audit")
def show(
    organisation: Annotated[
        str | None, typer.Option(help="The organisation's slug; may be left out where there is only one.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="What was changed, such as `campaign` or `import`.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, in UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAXIMUM_LIMIT, help="The newest so many.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Show who changed what, newest first. From which to which, --json tells.

    unsilenced audit --kind campaign

    unsilenced audit --from 2026-11-01 --json
    """
    query = AuditQuery.model_validate({"kind": kind, "from": since, "limit": limit})

    async def run(database: Database) -> Page[AuditPublic]:
        async with database.reading() as session:
            whose = await organisers.organisation(session, organisation)
            return await audit_trail.listed(session, whose.id, query)

    found = with_database(run).items
    if as_json:
        print_json(found)
    for each in [] if as_json else found:
        changed = ", ".join(each.changes)
        who = each.organiser or NOBODY
        out.print(escape(f"{each.at:%Y-%m-%d %H:%M:%S}  {who}  {each.deed.value} {each.kind} {each.thing}: {changed}"))
