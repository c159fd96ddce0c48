"""A row held against the model that the API uses, and refused in the API's words."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.imports.report import Fault
from app.sentences import sentence

MOST_FAULTS = 10  # of one row
WHAT_TO_DO = {"missing": "This is needed: fill the cell, add the column, or set it for all rows."}

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], values: Mapping[str, Any]) -> Model | list[Fault]:
    """Return the body, or what is wrong with it by column."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        return [
            Fault(_column(each["loc"]), WHAT_TO_DO.get(each["type"]) or sentence(each))
            for each in error.errors()[:MOST_FAULTS]
        ]


def _column(location: tuple[str | int, ...]) -> str:
    """Return the column: a list stands in one, and the name of a dict's key is its column's."""
    steps = [step for step in location if step != "[key]"]
    numbers = [place for place, step in enumerate(steps) if isinstance(step, int)]
    return ".".join(map(str, steps[: numbers[0]] if numbers else steps))
