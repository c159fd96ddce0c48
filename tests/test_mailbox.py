"""The mail catcher and its page: for development, on this machine only."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery import catcher
from app.delivery.envelope import Envelope
from app.delivery.mailer import SmtpMailer
from app.delivery.message import Mail, to_bytes
from app.main import create_app

SUBJECT = "Bitte <b>bestätigen</b> {{7*7}}"
BODY = "Привет <script>alert(1)</script>\n\nhttp://127.0.0.1:8000/confirm/abc\n.\nlast\n"


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "mailbox"


@pytest.fixture
async def page(mailbox: Path) -> AsyncIterator[AsyncClient]:
    """A service that has caught nothing yet. The pages of the mailbox need no database."""
    app = create_app(Settings(_env_file=None, mailbox=mailbox, worker=False))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


async def catch(folder: Path, *mails: Mail) -> None:
    """Send mails to the catcher, as the service does."""
    server, url = await catcher.start(folder)
    mailer = SmtpMailer(url)
    for mail in mails:
        await mailer.send(Envelope(mail.sender, mail.to, to_bytes(mail, at=datetime.now(UTC))))
    await mailer.close()
    server.close()


def mail(*, subject: str = SUBJECT) -> Mail:
    return Mail(
        "letters@campaign.example.org", "Séan", "sam@supporter.example.org", subject, BODY, "1@example.org", "Sam"
    )


async def test_an_empty_mailbox_has_a_page(page: AsyncClient) -> None:
    assert (await page.get("/mailbox")).status_code == 200


async def test_caught_mail_is_shown_with_the_newest_first(page: AsyncClient, mailbox: Path) -> None:
    await catch(mailbox, mail(subject="The first"), mail(subject="The second"))

    shown = (await page.get("/mailbox")).text

    assert 0 < shown.index("The second") < shown.index("The first")


async def test_a_message_is_shown_as_text_with_its_links(page: AsyncClient, mailbox: Path) -> None:
    await catch(mailbox, mail())
    link = re.search(r'href="(/mailbox/[^"]+)"', (await page.get("/mailbox")).text)
    assert link

    answer = await page.get(link[1])

    assert answer.status_code == 200
    assert "Привет &lt;script&gt;" in answer.text
    assert "Bitte &lt;b&gt;bestätigen&lt;/b&gt; {{7*7}}" in answer.text
    assert 'href="http://127.0.0.1:8000/confirm/abc"' in answer.text
    assert "sam@supporter.example.org" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "name", ["../../test.db", "..%2f..%2ftest.db", "0" * 36 + ".eml", "x.eml", "%00.eml", "a" * 36 + ".eml.eml"]
)
async def test_nothing_but_a_kept_message_can_be_read(page: AsyncClient, mailbox: Path, name: str) -> None:
    await catch(mailbox, mail())

    answer = await page.get(f"/mailbox/{name}")

    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_there_is_no_mailbox_where_mail_is_sent_for_real(settings: Settings, database: Database) -> None:
    app = create_app(settings)  # which has a mail server
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/mailbox")).status_code == 404


@pytest.fixture
def odd_files(mailbox: Path) -> None:
    mailbox.mkdir(parents=True)
    (mailbox / "01900000-0000-7000-8000-000000000000.eml").write_bytes(b"\xff\xfe\x00 no mail\r\n")
    (mailbox / "notes.txt").write_text("not mine")


async def test_a_message_that_is_no_mail_does_not_break_the_page(page: AsyncClient, odd_files: None) -> None:
    answer = await page.get("/mailbox")

    assert answer.status_code == 200
    assert "notes.txt" not in answer.text
