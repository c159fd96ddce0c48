"""DKIM signatures of our own (RFC 6376, RFC 8463), for those whose mail server adds none."""

import base64
import hashlib
import re
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.config import Settings

SIGNED = ("From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
OF_LISTS = ("List-Unsubscribe", "List-Unsubscribe-Post")  # RFC 8058 asks for them, where a mail has them
FOLD = 70  # characters of a signature on one line


class Signer:
    """Signs with one key, relaxed in headers and body. The domain is that of the sender."""

    def __init__(self, key: RSAPrivateKey | Ed25519PrivateKey, selector: str) -> None:
        self._key = key
        self._selector = selector

    def signed(self, message: bytes, *, domain: str) -> bytes:
        """Return the message with its signature on top."""
        head, _, body = message.partition(b"\r\n\r\n")
        present = _headers(head)
        names = [name for name in SIGNED + OF_LISTS if name.lower() in present]
        algorithm = "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"
        digest = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
        begun = (
            f"v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={self._selector};\r\n"
            f" h={':'.join(names)}\r\n :{':'.join(SIGNED)};\r\n"  # once more: then nobody can add another one
            f" bh={digest};\r\n b="
        )
        own = _relaxed_value(begun.encode())
        covered = b"".join(name.lower().encode() + b":" + present[name.lower()] + b"\r\n" for name in names)
        signature = base64.b64encode(self._sign(covered + b"dkim-signature:" + own)).decode()
        folded = "\r\n ".join(signature[at : at + FOLD] for at in range(0, len(signature), FOLD))
        return f"DKIM-Signature: {begun}{folded}\r\n".encode() + message

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(hashlib.sha256(data).digest())


def from_settings(settings: Settings) -> Signer | None:
    """Return a signer if a key is set; ValueError for a key of another kind."""
    if settings.dkim_key is None:
        return None
    key = load_pem_private_key(Path(settings.dkim_key).read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise ValueError("UNSILENCED_DKIM_KEY must be an RSA or an Ed25519 key.")  # noqa: TRY004 - a setting's value
    return Signer(key, settings.dkim_selector)


def _headers(head: bytes) -> dict[str, bytes]:
    """Return the values of the headers, relaxed, by their names in small letters."""
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head)
    pairs = (line.partition(b":") for line in unfolded.split(b"\r\n"))
    return {name.decode().strip().lower(): _relaxed_value(value) for name, _, value in pairs}


def _relaxed_value(value: bytes) -> bytes:
    return re.sub(rb"[ \t]+", b" ", re.sub(rb"\r\n(?=[ \t])", b"", value)).strip(b" ")


def _relaxed_body(body: bytes) -> bytes:
    lines = re.sub(rb"[ \t]+(?=\r\n)", b"", body if body.endswith(b"\r\n") else body + b"\r\n")
    relaxed = re.sub(rb"[ \t]+", b" ", lines)
    stripped = re.sub(rb"(\r\n)+$", b"", relaxed)
    return stripped + b"\r\n" if stripped else b""
