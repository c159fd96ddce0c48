"""What is written to organisations that sign, in their language: asked to, and asked again when the demands change."""

import logging

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import PROJECT, Settings
from app.delivery import organisers_texts
from app.delivery.message import Mail
from app.models.account_link import AccountLink
from app.models.endorsement import EndorsementAsked, EndorsementStatus
from app.models.text import in_language
from app.services.endorsing import editions, signing
from app.services.sealing import ENDORSE, Keys

logger = logging.getLogger(__name__)

FOLDER = PROJECT / "templates" / "mail"
FALLBACK = "en"
TEXTS = {EndorsementStatus.INVITED: "endorse.txt", EndorsementStatus.ASKED_AGAIN: "agree.txt"}

_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text
)


async def compose(session: AsyncSession, due: AccountLink, keys: Keys, settings: Settings) -> Mail | None:
    """Return the mail; None where it was answered or taken back meanwhile, or nobody knows the address any more."""
    try:
        found = await signing.asked_by(session, keys, due.endorsement_id)
    except ValueError as error:
        logger.warning("a mail to an endorser is dropped: %s", error)
        return None
    if found is None or found[0].status not in TEXTS:
        return None
    asked, to = found
    language = asked.language if (FOLDER / asked.language).is_dir() else FALLBACK
    url = f"{settings.base_url}/endorse/{keys.token_for(asked.id, purpose=ENDORSE)}"
    text = _environment.get_template(f"{language}/{TEXTS[asked.status]}").render(_values(asked), url=url)
    return organisers_texts.as_mail(text, due.id, to=to, settings=settings)


def _values(asked: EndorsementAsked) -> dict[str, object]:
    before = asked.signed[-1] if asked.signed else {}
    gone, new = editions.difference(before, asked.demands, asked.language)
    return {
        "organisation": asked.organisation,
        "name": asked.name,
        "title": in_language(asked.title, asked.language),
        "code": asked.code,
        "gone": gone,
        "new": new,
    }
