"""Text from outside: the types of what may come in. How each is cleaned is in cleaning."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from app.models.cleaning import (
    LONGEST_TEXT,
    LONGEST_WORDS,
    SHORTEST_WORDS,
    clean_demand,
    clean_line,
    clean_paragraph,
    existing_day,
    known_country,
    known_timezone,
    not_ahead,
    of_fair_length,
    part_of_a_sentence,
    plain_address,
    without_links,
)

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"


@dataclass(frozen=True)
class _form:  # noqa: N801 - reads as the annotation that it is
    """A text of one form: checked whole, refused in words, and shown as a pattern in the API's documentation."""

    pattern: str
    words: str
    longest: int

    def __get_pydantic_core_schema__(self, source: type[str], handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"pattern": f"^{self.pattern}$", "maxLength": self.longest, "description": self.words}

    def _check(self, text: str) -> str:
        if len(text) > self.longest or not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValueError(f"Please give {self.words}.")
        return text


NFC = BeforeValidator(lambda text: unicodedata.normalize("NFC", text) if isinstance(text, str) else text)
Line = Annotated[str, NFC, StringConstraints(min_length=1, max_length=200), AfterValidator(clean_line)]
Demand = Annotated[str, NFC, StringConstraints(min_length=1, max_length=200), AfterValidator(clean_demand)]
Prose = Annotated[str, NFC, StringConstraints(min_length=1, max_length=4_000), AfterValidator(clean_paragraph)]
PersonName = Annotated[
    str, NFC, StringConstraints(min_length=2, max_length=100), AfterValidator(clean_line), AfterValidator(without_links)
]
OwnWords = Annotated[
    str,
    NFC,
    StringConstraints(min_length=SHORTEST_WORDS, max_length=LONGEST_WORDS),
    AfterValidator(clean_paragraph),
    AfterValidator(of_fair_length),
    AfterValidator(without_links),
]
WholeText = Annotated[
    str,
    NFC,
    StringConstraints(min_length=SHORTEST_WORDS, max_length=LONGEST_TEXT),
    AfterValidator(clean_paragraph),
    AfterValidator(partial(of_fair_length, longest=LONGEST_TEXT)),
    AfterValidator(without_links),
]
Role = Annotated[
    str, NFC, StringConstraints(min_length=2, max_length=80), AfterValidator(clean_line), AfterValidator(without_links)
]
RoleInSentence = Annotated[Role, AfterValidator(part_of_a_sentence)]

Email = Annotated[
    str,
    StringConstraints(max_length=254),
    AfterValidator(plain_address),
    Field(json_schema_extra={"format": "email"}),
]
Slug = Annotated[str, _form(SLUG, "small letters, digits and single hyphens, such as rocio-san-miguel", 80)]
Country = Annotated[
    str,
    _form(r"[A-Z]{2}", "a country as two capital letters (ISO 3166-1), such as DE", 2),
    AfterValidator(known_country),
]
Language = Annotated[str, _form(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language as in BCP 47, such as de", 16)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(known_timezone)]
PartialDate = Annotated[
    str,
    _form(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", "a day as YYYY, YYYY-MM or YYYY-MM-DD", 10),
    AfterValidator(existing_day),
]
PastDate = Annotated[PartialDate, AfterValidator(not_ahead)]
Day = Annotated[date, Field(ge=date(1900, 1, 1))]
PastDay = Annotated[Day, AfterValidator(lambda day: date.fromisoformat(not_ahead(day.isoformat())))]
WebAddress = Annotated[
    str, _form(r"https://[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]+", "a web address that begins with https://", 500)
]

Texts = dict[Language, Line]
Proses = dict[Language, Prose]


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return a text in this language, else in the first that it has; empty where it has none."""
    return texts.get(language) or next(iter(texts.values()), "")
