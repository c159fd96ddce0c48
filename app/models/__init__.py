"""One noun a file: its table, and what comes in and goes out of it. Importing this package makes all tables known."""

from app.models.account import Account, RecoveryCode
from app.models.account_link import AccountLink
from app.models.alert import Alert
from app.models.api_key import ApiKey
from app.models.audit import AuditEntry
from app.models.brief import Brief
from app.models.campaign import Campaign, CampaignOffice, CampaignPrisoner
from app.models.delivery import Delivery, Enclosure, NoticeCount
from app.models.endorsement import Endorsement
from app.models.figure import Figure
from app.models.idempotency import Idempotency
from app.models.letter import Letter
from app.models.news import News
from app.models.news_item import NewsItem
from app.models.office import Accreditation, Office, SoftBounce
from app.models.official import Official
from app.models.offline_letters import OfflineLetters
from app.models.organisation import Organisation, Organiser
from app.models.organiser_session import OrganiserSession
from app.models.pace import AttemptTally, Destination, OfficePace, OrganisationDay, Stream
from app.models.preview_link import PreviewLink
from app.models.print_run import PrintRun
from app.models.prisoner import Prisoner
from app.models.prisoner_event import PrisonerEvent
from app.models.review import Approval
from app.models.statement import Statement
from app.models.submission import Submission
from app.models.tally import SupporterDay, SupporterTally, Tally, TallyTotal
from app.models.throttle import Throttle
from app.models.webhook import Webhook, WebhookCall, WebhookCount

__all__ = [
    "Account",
    "AccountLink",
    "Accreditation",
    "Alert",
    "ApiKey",
    "Approval",
    "AttemptTally",
    "AuditEntry",
    "Brief",
    "Campaign",
    "CampaignOffice",
    "CampaignPrisoner",
    "Delivery",
    "Destination",
    "Enclosure",
    "Endorsement",
    "Figure",
    "Idempotency",
    "Letter",
    "News",
    "NewsItem",
    "NoticeCount",
    "Office",
    "OfficePace",
    "Official",
    "OfflineLetters",
    "Organisation",
    "OrganisationDay",
    "Organiser",
    "OrganiserSession",
    "PreviewLink",
    "PrintRun",
    "Prisoner",
    "PrisonerEvent",
    "RecoveryCode",
    "SoftBounce",
    "Statement",
    "Stream",
    "Submission",
    "SupporterDay",
    "SupporterTally",
    "Tally",
    "TallyTotal",
    "Throttle",
    "Webhook",
    "WebhookCall",
    "WebhookCount",
]
