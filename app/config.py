"""Every setting, read once from the environment or .env."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "development-only-do-not-use-in-the-open"  # noqa: S105 - refused outside this machine, see below
SECRET_CHARACTERS = 32
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
    cors_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="Origins of frontends that may call the API, separated by commas."
    )
    lease_time: float = Field(
        900, gt=0, description="Seconds for which a worker may hold a delivery before it is due again."
    )
    retry_first: float = Field(
        60, gt=0, description="Seconds until the second attempt of a delivery; later ones wait longer."
    )
    worker: bool = Field(default=True, description="Whether `serve` delivers too. `serve --no-worker` switches it off.")
    webhooks_to_this_machine: bool = Field(
        default=False, description="For tests only: let webhooks be plain http:// addresses of this machine."
    )
    mailbox: Path = Field(Path("var/mailbox"), description="Where the mail catcher keeps its .eml files.")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def split_origins(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("base_url")
    @classmethod
    def without_slash(cls, value: str) -> str:
        return value.rstrip("/")

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
    def is_local(self) -> bool:
        """Whether the service is only reached from this machine, as in development."""
        return urlsplit(self.base_url).hostname in LOCAL_HOSTS

    @property
    def catches_mail(self) -> bool:
        """Whether mail goes to the embedded catcher instead of a mail server."""
        return self.smtp_url is None
