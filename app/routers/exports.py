"""Tables out."""

from collections.abc import Awaitable, Callable, Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from app import exports
from app.bodies import StrictRoute
from app.dependencies import AccessDep, DatabaseDep, EditorDep, KeysDep, OwnerDep, ReaderDep
from app.exports import ExportKind, Format
from app.models.export import ExportWithWriters

router = APIRouter(prefix="/exports", tags=["imports and exports"], route_class=StrictRoute)

CHUNK = 64 * 1024  # bytes
TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/{kind}.{form}", response_class=StreamingResponse)
async def export_table(
    kind: ExportKind, form: Format, organiser: EditorDep, session: ReaderDep, database: DatabaseDep
) -> StreamingResponse:
    """Take out what your organisation owns. No cell is a formula; letters come without personal data."""
    organisation_id = organiser.organisation_id
    await session.close()  # it has told who asks: an idle transaction would be ended while a long table is written
    return await _answer(kind.value, form, lambda file: exports.write(database, organisation_id, kind, form, file))


@router.post("/letters.{form}", response_class=StreamingResponse)
async def export_letters_with_writers(
    form: Format,
    body: ExportWithWriters,
    *,
    owner: OwnerDep,
    access: AccessDep,
    session: ReaderDep,
    database: DatabaseDep,
    keys: KeysDep,
) -> StreamingResponse:
    """Take out all letters with who wrote them: for owners, with a reason, which stands in the audit with your name.

    Forgotten supporters stay empty, and so do those who never confirmed. `contact` tells who wants to hear from you.
    """
    organisation_id = owner.organisation_id
    await session.close()

    async def write(file: BinaryIO) -> int:
        return await exports.write_with_writers(
            database, keys, organisation_id, form, file, reason=body.reason, who=lambda: access
        )

    return await _answer("letters-with-writers", form, write)


async def _answer(name: str, form: Format, write: Callable[[BinaryIO], Awaitable[int]]) -> StreamingResponse:
    file = TemporaryFile()  # noqa: SIM115 - closed when it has been told, see below
    try:
        await write(file)
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return StreamingResponse(_told(file), media_type=TYPES[form], headers=headers)


def _told(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
