"""Tables out."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from app import exports
from app.dependencies import DatabaseDep, OrganiserDep, ReaderDep
from app.exports import ExportKind, Format

router = APIRouter(prefix="/exports", tags=["imports and exports"])

CHUNK = 64 * 1024  # bytes
TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/{kind}.{form}", response_class=StreamingResponse)
async def export_table(
    kind: ExportKind, form: Format, organiser: OrganiserDep, session: ReaderDep, database: DatabaseDep
) -> StreamingResponse:
    """Take out what your organisation owns. No cell is a formula; letters come without personal data."""
    await session.close()  # it has told who asks: an idle transaction would be ended while a long table is written
    file = TemporaryFile()  # noqa: SIM115 - closed when it has been told, see below
    try:
        await exports.write(database, organiser.organisation_id, kind, form, file)
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{form}"', "Cache-Control": "no-store"}
    return StreamingResponse(_told(file), media_type=TYPES[form], headers=headers)


def _told(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
