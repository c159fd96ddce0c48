"""What others have published about a prisoner."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import Strict, id_field, now
from app.models.text import Language, Line, PastDate, Prose, WebAddress

LONGEST_EXCERPT = 600  # characters: a quotation, not a copy


class NewsItemBase(SQLModel):
    title: Line
    publisher: Line
    published_on: PastDate = Field(max_length=10)
    url: WebAddress
    language: Language = Field(default="en", max_length=16)
    excerpt: Prose | None = Field(default=None, max_length=LONGEST_EXCERPT)


class NewsItem(NewsItemBase, table=True):
    __tablename__ = "news_item"

    id: uuid.UUID = id_field()
    prisoner_id: uuid.UUID = Field(foreign_key="prisoner.id", index=True)
    created_at: datetime = Field(default_factory=now)


class NewsItemCreate(NewsItemBase, Strict):
    pass


class NewsItemUpdate(Strict):
    """Only what is sent is changed."""

    title: Line | None = None
    publisher: Line | None = None
    published_on: PastDate | None = None
    url: WebAddress | None = None
    language: Language | None = None
    excerpt: Prose | None = Field(default=None, max_length=LONGEST_EXCERPT)


class NewsItemPublic(NewsItemBase):
    id: uuid.UUID
    prisoner: str = Field(description="Slug of whom it is about.")
