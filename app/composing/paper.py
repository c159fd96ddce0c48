"""A letter to print or to copy into a form: plain text for now."""

from app.composing.brief import BriefOffice
from app.composing.compose import ComposedLetter
from app.models.office import Channel

SPACE = "\n\n\n"


def as_text(letter: ComposedLetter, office: BriefOffice, *, channel: Channel, language: str) -> str:
    """Return the letter under the address or the form for which it is meant."""
    where = office.postal_address if channel is Channel.POST else office.web_form_url
    to = "\n".join(filter(None, (office.title_in(language), office.institution.get(language), where)))
    return SPACE.join((to, letter.subject, letter.body))
