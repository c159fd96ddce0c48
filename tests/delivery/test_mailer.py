"""The mailer against real mail servers: one that asks for a password, some that it must not trust, one that is away."""

import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.delivery.envelope import Envelope
from app.delivery.mailer import SmtpMailer
from app.delivery.replies import Never, TryAgain
from tests.relay import Relay

ELSEWHERE = "127.0.0.2"  # this machine too, but not by a name that counts as local
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8")
USER, PASSWORD = "letters@campaign.example.org", "p@ss:wörd/?#%"
IN_PLAIN = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on this machine, it may
LETTER = Envelope("letters@campaign.example.org", "office@by.example.org", b"Subject: x\r\n\r\nHello.\r\n")


def asks_for_a_password() -> dict[str, object]:
    def authenticate(_server: SMTP, _session: object, _envelope: object, _mechanism: str, given: object) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=right)

    return {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}


@pytest.fixture
def own_certificate(tmp_path: Path) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example.org")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = (
        builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1)).sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    (tmp_path / "relay.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "relay.pem")
    return context


async def refusal(url: str) -> TryAgain | Never | None:
    """How sending by this server ends, if not well."""
    mailer = SmtpMailer(url)
    try:
        await mailer.send(LETTER)
    except (TryAgain, Never) as error:
        return error
    finally:
        await mailer.close()
    return None


@IN_PLAIN
async def test_it_logs_in_with_the_name_and_password_of_the_url() -> None:
    async with Relay(options=asks_for_a_password()) as relay:
        login = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"

        assert await refusal(relay.url.replace("://", f"://{login}")) is None
        assert len(relay.accepted) == 1


@IN_PLAIN
@pytest.mark.parametrize("login", ["", "somebody:wrong@"])
async def test_a_failed_login_is_tried_again_later(login: str) -> None:
    async with Relay(options=asks_for_a_password()) as relay:
        error = await refusal(relay.url.replace("://", f"://{login}"))

        assert isinstance(error, TryAgain)
        assert not error.uncertain
        assert relay.accepted == []


async def test_the_reply_of_the_server_is_returned(relay: Relay) -> None:
    mailer = SmtpMailer(relay.url)

    assert await mailer.send(LETTER) == "250 2.0.0 accepted as 1"
    await mailer.close()


async def test_a_server_that_is_away_is_tried_again_later(relay: Relay) -> None:
    await relay.stop()

    error = await refusal(relay.url)

    assert isinstance(error, TryAgain)
    assert not error.uncertain


@pytest.mark.parametrize(
    ("reply", "ends_as"),
    [
        ("421 4.3.2 shutting down", TryAgain),
        ("450 4.2.0 busy", TryAgain),
        ("452 4.2.2 mailbox full", TryAgain),
        ("550 5.1.1 unknown", Never),
        ("554 5.7.1 no", Never),
    ],
)
@pytest.mark.parametrize("at", ["at_rcpt", "at_data"])
async def test_the_servers_code_says_whether_it_is_worth_trying_again(
    relay: Relay, reply: str, ends_as: type[Exception], at: str
) -> None:
    getattr(relay, at)["*"] = [reply]

    error = await refusal(relay.url)

    assert isinstance(error, ends_as)
    assert str(error) == reply
    assert not getattr(error, "uncertain", False)  # the server said so: nothing has arrived


async def test_a_lost_reply_is_uncertain(relay: Relay) -> None:
    relay.drop_after_dot = [LETTER.recipient]

    error = await refusal(relay.url)

    assert isinstance(error, TryAgain)
    assert error.uncertain
    assert len(relay.accepted) == 1


async def test_a_refused_letter_leaves_the_next_one_alone(relay: Relay) -> None:
    relay.at_rcpt["*"] = ["550 no"]
    mailer = SmtpMailer(relay.url)

    with pytest.raises(Never):
        await mailer.send(LETTER)
    await mailer.send(LETTER)
    await mailer.close()

    assert len(relay.accepted) == 1


async def test_a_connection_that_went_away_while_idle_is_replaced(relay: Relay) -> None:
    relay.most_on_a_connection = 1
    mailer = SmtpMailer(relay.url)

    for _ in range(3):
        await mailer.send(LETTER)
    await mailer.close()

    assert len(relay.accepted) == 3


@LINUX
async def test_off_this_machine_nothing_leaves_in_plain() -> None:
    async with Relay(host=ELSEWHERE) as relay:
        error = await refusal(relay.url)

        assert isinstance(error, TryAgain)
        assert relay.accepted == []


@LINUX
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(own_certificate: ssl.SSLContext) -> None:
    async with Relay(host=ELSEWHERE, options={"tls_context": own_certificate}) as relay:
        error = await refusal(relay.url)

        assert isinstance(error, TryAgain)
        assert relay.accepted == []


async def test_smtps_never_falls_back_to_plain() -> None:
    async with Relay() as relay:
        error = await refusal(relay.url.replace("smtp://", "smtps://"))

        assert isinstance(error, TryAgain)
        assert relay.accepted == []


@IN_PLAIN
async def test_a_password_is_in_no_error() -> None:
    async with Relay(options=asks_for_a_password()) as relay:
        error = await refusal(relay.url.replace("://", "://somebody:hunter2@"))

    assert "hunter2" not in str(error)
