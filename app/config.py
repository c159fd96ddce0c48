"""Every setting, read once from the environment or .env."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "development-only-do-not-use-in-the-open"  # noqa: S105 - refused outside this machine, see below
SECRET_CHARACTERS = 32
LONGEST_RETURN_NAME = 15  # with `+` and a token of 48 just the 64 that SMTP allows before the @
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """Settings of the service. Each is an environment variable with the prefix UNSILENCED_."""

    model_config = SettingsConfigDict(env_prefix="UNSILENCED_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        "sqlite+aiosqlite:///var/unsilenced.db",
        description="Where everything is kept: sqlite+aiosqlite:///file or postgresql+asyncpg://user:password@host/name.",
    )
    smtp_url: str | None = Field(
        None,
        description="The mail server: smtp://user:password@host:port (STARTTLS, but on this machine) or smtps://…. "
        "Unset: a mail catcher in the process, for development only.",
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="How the world reaches this service; links begin with it."
    )
    secret_key: str = Field(
        DEVELOPMENT_SECRET,
        description="At least 32 random characters, from which all keys are derived. Without it, nothing sealed opens.",
    )
    mail_from: str = Field(
        "letters@campaign.example.org",
        description="The address that letters and notices leave from; campaigns may bring their own.",
    )
    return_to: str | None = Field(
        None,
        description="The address to which bounces and offices' answers come back, as `name+token@…`. "
        "Unset: UNSILENCED_MAIL_FROM.",
    )
    inbound_secret: str | None = Field(
        None,
        min_length=24,
        description="Signs mail that comes back over HTTP (Standard Webhooks, `whsec_…`). Unset: none is taken there.",
    )
    cors_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="Origins of frontends that may call the API, separated by commas."
    )
    lease_time: float = Field(
        900, gt=0, description="Seconds for which a worker may hold a delivery before it is due again."
    )
    retry_first: float = Field(
        60, gt=0, description="Seconds until the second attempt of a delivery; later ones wait longer."
    )
    final_timeout: float = Field(
        600, gt=0, description="Seconds to wait for the mail server's reply to a text; keep the lease time above it."
    )
    grace: float = Field(30, ge=0, description="Seconds for what is in hand when the service is told to stop.")
    pacing: bool = Field(
        default=True, description="Whether limits of offices, mail domains and organisations hold; off is for tests."
    )
    office_hourly_limit: int = Field(
        120, ge=1, description="Letters by e-mail in one hour to an office that has no limit of its own."
    )
    organisation_daily_limit: int = Field(
        20_000, ge=1, description="Letters by e-mail that each organisation may begin on one day, in UTC."
    )
    relays: dict[str, str] = Field(
        default_factory=dict,
        description='More mail servers, as JSON: by campaign or by the recipient\'s domain, {"free-ada": "smtps://…", '
        '"@gov.example.org": "smtp://…"}. A domain goes before a campaign, all else goes to the first mail server.',
    )
    dkim_key: Path | None = Field(
        None, description="A private key in PEM, RSA or Ed25519, to sign with. Unset: the mail server signs."
    )
    dkim_selector: str = Field("letters", description="Under which selector the key's other half stands in the DNS.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines are written.")
    worker: bool = Field(default=True, description="Whether `serve` delivers too. `serve --no-worker` switches it off.")
    webhooks_to_this_machine: bool = Field(
        default=False, description="For tests only: let webhooks be plain http:// addresses of this machine."
    )
    mailbox: Path = Field(Path("var/mailbox"), description="Where the mail catcher keeps its .eml files.")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def split_origins(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("smtp_url", "relays")
    @classmethod
    def mail_servers(cls, value: str | dict[str, str] | None) -> object:
        for url in value.values() if isinstance(value, dict) else [value] if value else []:
            if urlsplit(url).scheme not in {"smtp", "smtps"} or not urlsplit(url).hostname:
                raise ValueError("A mail server is named like smtps://user:password@mail.example.org.")
        return value

    @field_validator("base_url")
    @classmethod
    def without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def room_for_a_token(self) -> Self:
        name, at, domain = self.returns_to.partition("@")
        if not (name and at and domain) or "@" in domain or len(name) > LONGEST_RETURN_NAME:
            raise ValueError(
                "UNSILENCED_RETURN_TO (or UNSILENCED_MAIL_FROM, if it is not set) has to be one address with at most "
                f"{LONGEST_RETURN_NAME} characters before the @, since a token is added there."
            )
        return self

    @model_validator(mode="after")
    def fit_for_the_open(self) -> Self:
        if self.is_local:
            return self
        if self.secret_key == DEVELOPMENT_SECRET or len(self.secret_key) < SECRET_CHARACTERS:
            raise ValueError(
                "UNSILENCED_SECRET_KEY is missing or too short for a service in the open: "
                "set at least 32 random characters, for example from `openssl rand -base64 32`."
            )
        if self.smtp_url is None:
            raise ValueError("UNSILENCED_SMTP_URL is not set: in the open, letters need a real mail server.")
        if self.webhooks_to_this_machine:
            raise ValueError(
                "UNSILENCED_WEBHOOKS_TO_THIS_MACHINE is for tests: in the open, webhooks must not reach this machine."
            )
        return self

    @property
    def returns_to(self) -> str:
        """The address to which mail comes back, before a token is added."""
        return self.return_to or self.mail_from

    @property
    def is_local(self) -> bool:
        """Whether the service is only reached from this machine, as in development."""
        return urlsplit(self.base_url).hostname in LOCAL_HOSTS

    @property
    def catches_mail(self) -> bool:
        """Whether mail goes to the embedded catcher instead of a mail server."""
        return self.smtp_url is None
