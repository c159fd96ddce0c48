"""What is the same in all letters of a brief to one office, about the same people, in one language: made once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.composing import facts, templates
from app.composing.brief import BriefContent, BriefOffice
from app.composing.known import Known

KEPT = 2_048  # in memory; filled texts are kept by templates


@dataclass(frozen=True, slots=True)
class Parts:
    """The variants among which a letter's seed chooses, all of which can be said; the facts and demands."""

    known: Known
    subjects: Sequence[str]
    openings: Sequence[str]
    arguments: dict[str, Sequence[str]]
    requests: Sequence[str]
    endings: Sequence[str]
    facts: Sequence[str]
    demands: str  # word for word, each on a line of its own


@lru_cache(maxsize=KEPT)
def of(brief: BriefContent, office: BriefOffice, prisoner_id: uuid.UUID | None, language: str) -> Parts:
    """Return the parts of letters about this prisoner, or about all of them."""
    prisoners = brief.about(prisoner_id)
    known = facts.known(brief, office, prisoners, language=language)
    wording = brief.texts[language][office.audience]
    return Parts(
        known=known,
        subjects=templates.possible(wording.subjects, known.has),
        openings=templates.possible(wording.openings, known.has),
        arguments={key: templates.possible(each.variants, known.has) for key, each in wording.arguments.items()},
        requests=templates.possible(wording.requests, known.has),
        endings=templates.possible(wording.endings, known.has),
        facts=[prisoner.summary[language] for prisoner in prisoners],
        demands="\n".join(f"– {demand}" for demand in brief.demands[language]),
    )
