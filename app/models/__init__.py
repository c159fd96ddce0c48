"""One noun a file: its table, and what comes in and goes out of it. Importing this package makes all tables known."""

from app.models.brief import Brief
from app.models.campaign import Campaign, CampaignOffice, CampaignPrisoner
from app.models.delivery import Delivery, Enclosure, NoticeCount
from app.models.idempotency import Idempotency
from app.models.letter import Letter
from app.models.news import News
from app.models.office import Accreditation, Office, Official, SoftBounce
from app.models.offline_letters import OfflineLetters
from app.models.organisation import ApiKey, Organisation, Organiser
from app.models.pace import AttemptTally, Destination, OfficePace, OrganisationDay, Stream
from app.models.print_run import PrintRun
from app.models.prisoner import Prisoner, PrisonerEvent
from app.models.submission import Submission
from app.models.tally import SupporterTally, Tally
from app.models.webhook import Webhook, WebhookCall, WebhookCount

__all__ = [
    "Accreditation",
    "ApiKey",
    "AttemptTally",
    "Brief",
    "Campaign",
    "CampaignOffice",
    "CampaignPrisoner",
    "Delivery",
    "Destination",
    "Enclosure",
    "Idempotency",
    "Letter",
    "News",
    "NoticeCount",
    "Office",
    "OfficePace",
    "Official",
    "OfflineLetters",
    "Organisation",
    "OrganisationDay",
    "Organiser",
    "PrintRun",
    "Prisoner",
    "PrisonerEvent",
    "SoftBounce",
    "Stream",
    "Submission",
    "SupporterTally",
    "Tally",
    "Webhook",
    "WebhookCall",
    "WebhookCount",
]
