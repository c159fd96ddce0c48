"""Our own DKIM signatures, held against dkimpy's reading of the standard."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.delivery import signing
from app.delivery.message import Mail, to_bytes
from app.delivery.signing import Signer

RSA = generate_private_key(65537, 2048)
ED25519 = Ed25519PrivateKey.generate()
AT = datetime(2026, 3, 4, 12, tzinfo=UTC)


def mail(**overrides: str) -> bytes:
    values: dict[str, Any] = {
        "sender": "letters@campaign.example.org",
        "sender_name": "Zoë Example via Committee",
        "to": "office@by.example.org",
        "subject": "Прошу об освобождении",
        "body": "Dear Sir,\n\n  two  spaces \n\nYours\n\n\n",
        "message_id": "1@campaign.example.org",
        "person": "Zoë Example",
        **overrides,
    }
    return to_bytes(Mail(**values), at=AT)


def is_valid(message: bytes, key: RSAPrivateKey | Ed25519PrivateKey) -> bool:
    """What a receiver who looks the key up in the DNS finds."""

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"letters._domainkey.campaign.example.org."
        if isinstance(key, RSAPrivateKey):
            return b"v=DKIM1; k=rsa; p=" + base64.b64encode(
                key.public_key().public_bytes(
                    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
                )
            )
        return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(key.public_key().public_bytes_raw())

    return bool(dkim.verify(message, dnsfunc=dns))


@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
@pytest.mark.parametrize(
    "body", ["Hello.\n", "", "\n\n", " \n", "a  b\t c \n.\n..\n", "без ASCII\n" * 40, "no end of line"]
)
def test_signatures_are_valid(key: RSAPrivateKey | Ed25519PrivateKey, body: str) -> None:
    message = mail(body=body)
    signed = Signer(key, "letters").signed(message, domain="campaign.example.org")

    assert is_valid(signed if signed.endswith(b"\r\n") else signed + b"\r\n", key)  # as the mailer ends it
    assert signed.endswith(message)


@given(body=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=300))
def test_whatever_a_letter_says_its_signature_is_valid(body: str) -> None:
    signed = Signer(ED25519, "letters").signed(mail(body=body), domain="campaign.example.org")

    assert is_valid(signed if signed.endswith(b"\r\n") else signed + b"\r\n", ED25519)


@pytest.mark.parametrize("header", [b"Subject: ", b"To: ", b"Reply-To: x@example.org\r\nTo: "])
def test_what_is_signed_cannot_be_changed(header: bytes) -> None:
    signed = Signer(ED25519, "letters").signed(mail(subject="Appeal"), domain="campaign.example.org")

    assert is_valid(signed, ED25519)
    assert not is_valid(signed.replace(header.rpartition(b"\n")[2], header + b"x", 1), ED25519)


@pytest.mark.parametrize("header", [b"List-Unsubscribe: ", b"List-Unsubscribe-Post: "])
def test_a_link_that_ends_mails_with_one_click_is_signed_too(header: bytes) -> None:
    message = mail(unsubscribe="https://campaign.example.org/unsubscribe/x")
    signed = Signer(ED25519, "letters").signed(message, domain="campaign.example.org")

    assert is_valid(signed, ED25519)
    assert not is_valid(signed.replace(header, header + b"x", 1), ED25519)


def test_every_line_of_a_signature_is_short() -> None:
    signed = Signer(RSA, "letters").signed(mail(), domain="campaign.example.org")

    head = signed.partition(b"\r\nFrom:")[0]
    assert all(len(line) < 160 for line in head.split(b"\r\n"))
    assert b"\r\n\r\n" not in head


def pem(folder: Path, key: RSAPrivateKey | Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> Path:
    path = folder / "dkim.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def test_the_key_is_that_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, dkim_key=pem(tmp_path, ED25519))
    signer = signing.from_settings(settings)

    assert signer
    assert is_valid(signer.signed(mail(), domain="campaign.example.org"), ED25519)
    assert signing.from_settings(Settings(_env_file=None)) is None


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, dkim_key=pem(tmp_path, ec.generate_private_key(ec.SECP256R1())))

    with pytest.raises(ValueError, match="UNSILENCED_DKIM_KEY"):
        signing.from_settings(settings)
