"""Who did what."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.dependencies import DatabaseDep, OwnerDep, ReaderDep
from app.models.audit import AuditPublic, AuditQuery
from app.pagination import Page
from app.services.team import audit_trail

router = APIRouter(prefix="/audit", tags=["audit"])


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


class AuditRequest(AuditQuery):
    format: Format = Format.JSON


@router.get("", response_model=Page[AuditPublic], responses={200: {"content": {"text/csv": {}}}})
async def read_audit(
    query: Annotated[AuditRequest, Query()], owner: OwnerDep, session: ReaderDep, database: DatabaseDep
) -> Page[AuditPublic] | StreamingResponse:
    """List who changed what in your organisation, newest first. `format=csv` gives all that is asked for at once."""
    if query.format is Format.CSV:
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
        return StreamingResponse(
            audit_trail.as_csv(database, owner.organisation_id, query),
            media_type="text/csv; charset=utf-8",
            headers=headers,
        )
    return await audit_trail.listed(session, owner.organisation_id, query)
