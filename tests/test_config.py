"""Settings: every one is documented, and a service in the open does not start with what is fit for development only."""

import re

import pytest
from pydantic import ValidationError

from app.config import PROJECT, Settings

OPEN = "https://letters.example.org"
SECRET = "x" * 32
SMTP = "smtps://mail.example.org"


def settings(**overrides: object) -> Settings:
    return Settings(_env_file=None, **overrides)  # type: ignore[arg-type] # pydantic checks them


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"UNSILENCED_{name.upper()}", raising=False)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    pages = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    prose = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())

    assert re.search(rf"\bUNSILENCED_{name.upper()}\b", prose)
    assert Settings.model_fields[name].description


def test_no_document_speaks_of_a_setting_that_does_not_exist() -> None:
    pages = [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]
    prose = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())
    known = {f"UNSILENCED_{name.upper()}" for name in Settings.model_fields}

    named = set(re.findall(r"\bUNSILENCED_[A-Z0-9_]*[A-Z0-9]\b", prose))

    assert {name for name in named - known if not name.startswith("UNSILENCED_TEST_")} == set()


def test_a_service_on_this_machine_needs_no_settings() -> None:
    assert settings().is_local
    assert settings().catches_mail


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000/"])
def test_what_only_this_machine_reaches_is_local(base_url: str) -> None:
    assert settings(base_url=base_url).is_local


@pytest.mark.parametrize(
    "overrides",
    [
        {"smtp_url": SMTP},
        {"smtp_url": SMTP, "secret_key": "x" * 31},
        {"secret_key": SECRET},
    ],
    ids=["development secret", "short secret", "no mail server"],
)
@pytest.mark.parametrize("base_url", [OPEN, "http://localhost.example.org", "http://192.0.2.1:8000", "http://0.0.0.0"])
def test_a_service_in_the_open_needs_a_secret_and_a_mail_server(base_url: str, overrides: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"UNSILENCED_(SECRET_KEY|SMTP_URL)"):
        settings(base_url=base_url, **overrides)


def test_a_service_in_the_open_starts_with_both() -> None:
    assert not settings(base_url=OPEN, secret_key=SECRET, smtp_url=SMTP).is_local


def test_a_service_in_the_open_calls_no_webhooks_of_its_own_machine() -> None:
    with pytest.raises(ValidationError, match="UNSILENCED_WEBHOOKS_TO_THIS_MACHINE"):
        settings(base_url=OPEN, secret_key=SECRET, smtp_url=SMTP, webhooks_to_this_machine=True)
    assert settings(webhooks_to_this_machine=True).is_local


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSILENCED_CORS_ORIGINS", "https://a.example.org, https://b.example.org,")
    monkeypatch.setenv("UNSILENCED_BASE_URL", "http://localhost:9000/")
    monkeypatch.setenv("UNSILENCED_LEASE_TIME", "5.5")
    monkeypatch.setenv("UNSILENCED_WORKER", "off")

    read = settings()

    assert read.cors_origins == ["https://a.example.org", "https://b.example.org"]
    assert (read.base_url, read.lease_time, read.worker) == ("http://localhost:9000", 5.5, False)


@pytest.mark.parametrize("name", ["lease_time", "retry_first"])
@pytest.mark.parametrize("value", ["0", "-1", "soon"])
def test_times_are_positive_numbers(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        settings(**{name: value})


@pytest.mark.parametrize(
    "address", ["sixteen-letters.@example.org", "nothing", "@example.org", "a@b@example.org", "a@"]
)
@pytest.mark.parametrize("name", ["return_to", "mail_from"])
def test_the_return_address_has_room_for_a_token(name: str, address: str) -> None:
    with pytest.raises(ValidationError, match="UNSILENCED_RETURN_TO"):
        settings(**{name: address})
    assert settings(return_to="fifteen-letters@example.org", mail_from="nothing").returns_to.startswith("fifteen")
