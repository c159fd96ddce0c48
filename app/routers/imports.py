"""Tables in: each request is one file, which waits nameless on the disk until it is done."""

from tempfile import TemporaryFile
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from app.dependencies import AccessDep, DatabaseDep, EditorDep, KeysDep
from app.imports import run
from app.imports.kinds import ImportKind
from app.imports.report import ReportPublic, as_json
from app.imports.run import Wish

router = APIRouter(prefix="/imports", tags=["imports and exports"])

FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, up to 32 MiB: CSV, xlsx, or Popolo JSON.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (
                "text/csv",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/json",
            )
        },
    }
}


class ImportQuery(BaseModel):
    """How a file is to be imported."""

    dry_run: bool = Field(default=False, description="Only tell what would happen.")
    keep_going: bool = Field(default=False, description="Take the good rows where others are refused.")
    settings: list[str] = Field(
        default_factory=list, alias="set", max_length=20, description="`column=value` for rows that add something new."
    )


@router.post("/{kind}", response_model=ReportPublic, openapi_extra=FILE)
async def import_file(
    kind: ImportKind,
    request: Request,
    *,
    organiser: EditorDep,
    access: AccessDep,
    database: DatabaseDep,
    keys: KeysDep,
    query: Annotated[ImportQuery, Query()],
) -> StreamingResponse:
    """Import a table: rows are added or changed by their external id, and what is there already is left alone.

    All of it is taken or nothing, unless `keep_going`. docs/imports.md shows the columns of each kind.
    """
    given = dict(map(run.setting, query.settings))
    wish = Wish(kind, dry_run=query.dry_run, keep_going=query.keep_going, given=given)
    with TemporaryFile() as file:
        async for chunk in request.stream():
            file.write(chunk)
        file.seek(0)
        report = await run.run(database, organiser.organisation_id, wish, file, who=lambda: access, keys=keys)
    return StreamingResponse(as_json(report), media_type="application/json")
