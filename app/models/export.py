"""Why personal data are taken out."""

from typing import Annotated

from pydantic import StringConstraints
from sqlmodel import Field

from app.models.columns import Strict
from app.models.text import Line

Why = Annotated[Line, StringConstraints(min_length=15, max_length=500)]


class ExportWithWriters(Strict):
    reason: Why = Field(
        description="For what these data are needed, in a sentence. It stands in the audit, with your name.",
        schema_extra={"examples": ["The office asked for the signatures; handed over on 3 December."]},
    )
