"""Keeping supporters' data closed: encryption, keyed digests, tokens. All keys are derived from the one secret."""

import base64
import binascii
import hashlib
import hmac
import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import NotFound

KEY_BYTES = 32
NONCE_BYTES = 12
MAC_BYTES = 16  # 128 bits of a token cannot be guessed
RECEIPT, UNSUBSCRIBE = b"", b"unsubscribe"  # what a supporter's link is for: one is of no use for the other
PREVIEW, ENDORSE = b"preview", b"endorse"  # what other links are for
EDITION = b"\x01"  # of the sealed form, so that another can follow


class Keys:
    """What only the holder of the secret can do."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(_derive(secret, b"seal"))
        self._digest = hmac.new(_derive(secret, b"digest"), digestmod="sha256")
        self._token = hmac.new(_derive(secret, b"token"), digestmod="sha256")

    def seal(self, text: bytes, *, about: uuid.UUID) -> bytes:
        """Encrypt (AES-256-GCM), bound to the row that it is about: edition, nonce, ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return EDITION + nonce + self._cipher.encrypt(nonce, text, EDITION + about.bytes)

    def open(self, sealed: bytes, *, about: uuid.UUID) -> bytes:
        """Decrypt what seal() made; ValueError if it was changed, moved, or sealed with another secret."""
        edition, nonce, text = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce.ljust(NONCE_BYTES), text, edition + about.bytes)
        except InvalidTag:
            raise ValueError("sealed with another secret, or changed") from None

    def digest_of_email(self, email: str) -> bytes:
        """Return 32 bytes by which one address is found again, in whatever case it is written."""
        return self.digest(b"email", email.strip().casefold().encode())

    def digest(self, purpose: bytes, value: bytes) -> bytes:
        """Return a keyed digest (HMAC-SHA-256), different for each purpose."""
        return _continued(self._digest, purpose + b"\0" + value)

    def token_for(self, submission_id: uuid.UUID, *, purpose: bytes = RECEIPT) -> str:
        """Return a link of the supporter's own: not kept anywhere, made again when needed."""
        return base64.urlsafe_b64encode(submission_id.bytes + self._mac(submission_id, purpose)).rstrip(b"=").decode()

    def submission_of(self, token: str, *, purpose: bytes = RECEIPT) -> uuid.UUID:
        """Return whose link it is, or raise NotFound."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            submission_id = uuid.UUID(bytes=raw[:16])
        except (binascii.Error, ValueError):
            raise unknown_link() from None
        mac = self._mac(submission_id, purpose)
        if not hmac.compare_digest(raw[16:], mac) or token != self.token_for(submission_id, purpose=purpose):
            raise unknown_link()
        return submission_id

    def _mac(self, submission_id: uuid.UUID, purpose: bytes) -> bytes:
        return _continued(self._token, purpose + submission_id.bytes)[:MAC_BYTES]


def unknown_link() -> NotFound:
    """Return the refusal of a link, the same whether it was never ours or its submission was erased."""
    return NotFound("This link is not known. Please copy it whole, as it stands in your mail.")


def digest_of_key(key: str) -> bytes:
    """Return what is kept of an API key: its SHA-256 (the key is random, so no salt is needed)."""
    return hashlib.sha256(key.encode()).digest()


def _continued(keyed: hmac.HMAC, value: bytes) -> bytes:
    """Return the HMAC of a value, from one that has only taken in its key: that is half of the work."""
    own = keyed.copy()
    own.update(value)
    return own.digest()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=b"unsilenced", info=purpose).derive(secret.encode())
