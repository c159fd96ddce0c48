"""One noun a file: its table, and what comes in and goes out of it. Importing this package makes all tables known."""

from app.models.brief import Brief
from app.models.campaign import Campaign, CampaignOffice, CampaignPrisoner
from app.models.delivery import Delivery
from app.models.idempotency import Idempotency
from app.models.letter import Letter
from app.models.office import Accreditation, Office, Official
from app.models.organisation import ApiKey, Organisation, Organiser
from app.models.prisoner import Prisoner, PrisonerEvent
from app.models.submission import Submission
from app.models.tally import SupporterTally, Tally
from app.models.webhook import Webhook, WebhookCall, WebhookCount

__all__ = [
    "Accreditation",
    "ApiKey",
    "Brief",
    "Campaign",
    "CampaignOffice",
    "CampaignPrisoner",
    "Delivery",
    "Idempotency",
    "Letter",
    "Office",
    "Official",
    "Organisation",
    "Organiser",
    "Prisoner",
    "PrisonerEvent",
    "Submission",
    "SupporterTally",
    "Tally",
    "Webhook",
    "WebhookCall",
    "WebhookCount",
]
