"""What an organiser signs in with. Who it belongs to can be read only with the secret."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, now
from app.models.organisation import Role
from app.models.text import NFC, Email, PersonName

FEWEST_CHARACTERS = 5  # different ones in a password


def hard_to_guess(password: str) -> str:
    if len(set(password)) < FEWEST_CHARACTERS:
        raise ValueError("Please choose a password that is harder to guess.")
    return password


Password = Annotated[
    str, NFC, StringConstraints(min_length=12, max_length=200), AfterValidator(hard_to_guess), Field(repr=False)
]
GivenPassword = Annotated[str, NFC, StringConstraints(max_length=200), Field(repr=False)]  # to be compared
Code = Annotated[str, StringConstraints(max_length=40), Field(repr=False)]


class Account(SQLModel, table=True):
    """`sealed_email` and `sealed_otp` are encrypted; the e-mail is found by its keyed digest."""

    organiser_id: uuid.UUID = Field(foreign_key="organiser.id", primary_key=True)
    digest: bytes = Field(unique=True)
    sealed_email: bytes
    password_hash: str = Field(max_length=200)
    sealed_otp: bytes | None = None
    otp_since: datetime | None = Field(default=None, description="From when on the second factor is asked for.")
    otp_step: int = Field(default=0, description="The last time step whose code was used: none works twice.")
    created_at: datetime = Field(default_factory=now)


class RecoveryCode(SQLModel, table=True):
    """Stands in for the second factor, once. Kept as a keyed digest."""

    __tablename__ = "recovery_code"

    organiser_id: uuid.UUID = Field(foreign_key="organiser.id", primary_key=True)
    digest: bytes = Field(primary_key=True)


class Me(SQLModel):
    """Who asks, and what they may do with the key or session that they sent."""

    organiser_id: uuid.UUID
    name: str
    organisation: str
    role: Role


class SignIn(Strict):
    email: Email
    password: GivenPassword
    otp: Code | None = Field(default=None, description="With a second factor: its code.")


class PasswordUpdate(Strict):
    password: GivenPassword = Field(description="The present one.")
    new_password: Password


class SecondFactorBegin(Strict):
    password: GivenPassword


class SecondFactorOffer(SQLModel):
    secret: str = Field(description="Base32, for typing into an authenticator app.")
    uri: str = Field(description="The same as an otpauth:// address, to be shown as a QR code.")


class SecondFactorConfirm(Strict):
    otp: Code


class SecondFactorRemove(Strict):
    password: GivenPassword
    otp: Code


class RecoveryCodes(SQLModel):
    recovery_codes: list[str] = Field(description="Shown this once. Each stands in for the second factor, once.")


class Credentials(Strict):
    """What an operator gives an organiser to sign in with."""

    email: Email
    password: Password


class ResetRequest(Strict):
    email: Email


class ResetPassword(Strict):
    password: Password


class Joining(Strict):
    name: PersonName
    password: Password
