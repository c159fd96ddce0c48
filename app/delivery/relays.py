"""Which mail server takes which letter: one for all, and others by the recipient's domain or by campaign."""

from app.config import Settings
from app.delivery.envelope import Envelope
from app.delivery.mailer import FIRST_PAUSE, SmtpMailer


class Relays:
    """A mailer of several mail servers. Each has its own outages."""

    def __init__(self, first: str, others: dict[str, str], *, final_timeout: float, first_pause: float) -> None:
        def mailer(url: str) -> SmtpMailer:
            return SmtpMailer(url, final_timeout=final_timeout, first_pause=first_pause)

        by_url = {url: mailer(url) for url in {first, *others.values()}}
        self._first = by_url[first]
        self._others = {name.lower(): by_url[url] for name, url in others.items()}
        self._all = list(by_url.values())

    @property
    def room(self) -> int:
        return max(mailer.room for mailer in self._all)

    async def send(self, envelope: Envelope, following: Envelope | None = None) -> str:
        mailer = self.of(envelope)
        return await mailer.send(envelope, following if following and self.of(following) is mailer else None)

    def recall(self, envelope: Envelope) -> None:
        self.of(envelope).recall(envelope)

    async def close(self) -> None:
        for mailer in self._all:
            await mailer.close()

    def of(self, envelope: Envelope) -> SmtpMailer:
        """Return the mail server for this envelope: by domain, else by campaign, else the first."""
        domain = "@" + envelope.recipient.rpartition("@")[2].lower()
        return self._others.get(domain) or self._others.get(envelope.campaign) or self._first


def from_settings(settings: Settings, first: str) -> Relays:
    """Return the relays of the settings; `first` is the mail server for all that no other is named for."""
    return Relays(
        first,
        settings.relays,
        final_timeout=settings.final_timeout,
        first_pause=min(settings.retry_first, FIRST_PAUSE),
    )
