"""A campaign tried out as it stands, before anything is published."""

from pydantic import BaseModel
from pydantic import Field as Parameter
from sqlmodel import Field, SQLModel

from app.models.columns import Strict
from app.models.letter_texts import OwnTexts
from app.models.offer import LetterPreview
from app.models.text import Country, Line, Slug

SAMPLES = ["DE", "FR", "PL", "US"]


class RehearsalCreate(Strict):
    """What to try out. Nothing of it is stored."""

    texts: OwnTexts | None = Field(default=None, description="Letter texts instead of the campaign's own.")
    countries: list[Country] = Field(
        SAMPLES, min_length=1, max_length=10, description="Where the sample supporters live."
    )
    prisoner: Slug | None = Field(default=None, description="Whom they write about. Absent: all of the campaign.")
    seed: int = Field(0, ge=0, lt=2**62, description="Another number, other variants of the texts.")


class RehearsalQuery(BaseModel):
    """What to show to whoever looks through a preview link: the campaign's own texts, for some countries."""

    countries: list[Country] = Parameter(SAMPLES, min_length=1, max_length=10, alias="country")
    prisoner: Slug | None = None
    seed: int = Parameter(0, ge=0, lt=2**62)

    @property
    def asked(self) -> RehearsalCreate:
        return RehearsalCreate.model_validate(self.model_dump())


class Fault(SQLModel):
    pointer: str = Field(description="Where, in the campaign, as a JSON Pointer.")
    detail: Line


class Rehearsed(LetterPreview):
    """A letter of a sample supporter."""

    country: str = Field(description="Where the sample supporter lives.")


class Rehearsal(SQLModel):
    faults: list[Fault] = Field(description="Everything that keeps the campaign from being published.")
    letters: list[Rehearsed] = Field(description="As they would be; none while texts or facts are at fault.")
