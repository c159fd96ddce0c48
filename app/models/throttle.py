"""How often something was tried by one account, or from one network, in one span of time."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Throttle(SQLModel, table=True):
    """`key` is a keyed digest over who tries and over the span, so that nobody can be followed from one to the next."""

    key: bytes = Field(primary_key=True)
    tries: int
    ends_at: datetime = Field(index=True)
