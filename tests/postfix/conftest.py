"""Fixtures for the line through a real Postfix."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from pwd import getpwnam, struct_passwd

import pytest

from app.config import Settings
from app.database import Database
from app.delivery.mailer import SmtpMailer
from app.delivery.worker import Worker
from app.services.sealing import Keys
from tests.postfix import certificates, instance
from tests.postfix.instance import Postfix
from tests.postgres import account as whom_to_run_as
from tests.relay import Relay

PICKY = "DEFER_IF_PERMIT 4.2.0 Greylisted, please come again"


@pytest.fixture(scope="session")
def account() -> struct_passwd:
    """As whom the pipe runs: whoever may reach the databases of the tests."""
    if reason := instance.missing():
        pytest.skip(reason)
    return whom_to_run_as() or getpwnam("nobody")


@pytest.fixture(scope="session")
def ourselves(account: struct_passwd) -> Iterator[tuple[str, str]]:
    """What the pipe runs."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    way = instance.ourselves(folder, account)
    if way is None:
        pytest.skip(f"{account.pw_name} can run no Python of this edition")
    yield way
    shutil.rmtree(folder)


@pytest.fixture
def tmp_path(account: struct_passwd) -> Iterator[Path]:
    """A folder that other accounts may enter."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def database_url(database_url: str, tmp_path: Path, account: struct_passwd) -> str:
    """The database, which the pipe's account may write to."""
    for path in (tmp_path, *tmp_path.glob("*.db")):
        os.chown(path, account.pw_uid, account.pw_gid)
    return database_url


@pytest.fixture
def folder(account: struct_passwd) -> Iterator[Path]:
    """Where the instance lives."""
    made = Path(tempfile.mkdtemp(prefix="postfix-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
async def postfix(
    folder: Path, settings: Settings, relay: Relay, account: struct_passwd, ourselves: tuple[str, str]
) -> AsyncIterator[Postfix]:
    """A running relay. It greylists the first recipient that it hears of."""
    async with await instance.policy([PICKY]) as picky:
        made = Postfix(
            folder,
            certificates.make(folder, address=instance.HOST),
            port=instance.free_port(),
            policy_port=picky.sockets[0].getsockname()[1],
            office_port=int(relay.url.rpartition(":")[2]),
            account=account,
            ourselves=ourselves,
        )
        with made.running(settings):
            yield made


@pytest.fixture
async def through(
    database: Database, settings: Settings, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[str], Worker]]:
    """Make a worker that hands over to this address, and trusts the relay's authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(postfix.certificates.authority))
    mailers = []

    def make(url: str) -> Worker:
        mailers.append(SmtpMailer(url))
        return Worker(database, mailers[-1], Keys(settings.secret_key), settings)

    yield make
    for mailer in mailers:
        await mailer.close()
