"""One noun a file: its table, and what comes in and goes out of it. Importing this package makes all tables known."""

from app.models.account import Account, RecoveryCode
from app.models.account_link import AccountLink
from app.models.api_key import ApiKey
from app.models.audit import AuditEntry
from app.models.brief import Brief
from app.models.campaign import Campaign, CampaignOffice, CampaignPrisoner
from app.models.delivery import Delivery
from app.models.idempotency import Idempotency
from app.models.letter import Letter
from app.models.office import Accreditation, Office, Official
from app.models.organisation import Organisation, Organiser
from app.models.organiser_session import OrganiserSession
from app.models.prisoner import Prisoner, PrisonerEvent
from app.models.submission import Submission
from app.models.tally import SupporterTally, Tally
from app.models.throttle import Throttle

__all__ = [
    "Account",
    "AccountLink",
    "Accreditation",
    "ApiKey",
    "AuditEntry",
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
    "OrganiserSession",
    "Prisoner",
    "PrisonerEvent",
    "RecoveryCode",
    "Submission",
    "SupporterTally",
    "Tally",
    "Throttle",
]
