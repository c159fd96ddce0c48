"""Which page of an OSDI collection a client asks for."""

import uuid

from pydantic import BaseModel, Field

MOST = 100  # records of a page
USUAL = 25
LAST_PAGE = 10_000


class CampaignPage(BaseModel):
    page: int = Field(1, ge=1, le=LAST_PAGE)
    per_page: int = Field(USUAL, ge=1, le=MOST)


class OutreachPage(BaseModel):
    """Letters are many: their pages follow each other by `next`, and have no numbers."""

    after: uuid.UUID | None = None
    per_page: int = Field(USUAL, ge=1, le=MOST)
