"""What is sealed opens only whole, in its place, and with the same secret."""

import uuid

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as some

from app.database import Database
from app.errors import NotFound
from app.services.sealing import NONCE_BYTES, Keys
from tests.conftest import SECRET
from tests.factories import PARAGRAPH, published
from tests.steps import SAM, everything_stored, hand_in

KEYS = Keys(SECRET)
OTHER_KEYS = Keys(SECRET[::-1])


@given(sealed_text=some.binary(max_size=100), about=some.uuids(), data=some.data())
def test_what_was_changed_anywhere_does_not_open(sealed_text: bytes, about: uuid.UUID, data: some.DataObject) -> None:
    sealed = KEYS.seal(sealed_text, about=about)
    assert KEYS.open(sealed, about=about) == sealed_text
    place = data.draw(some.integers(0, len(sealed) - 1))
    flipped = sealed[place] ^ data.draw(some.integers(1, 255))
    with pytest.raises(ValueError, match="sealed with another secret, or changed"):
        KEYS.open(sealed[:place] + bytes([flipped]) + sealed[place + 1 :], about=about)


@given(cut=some.integers(0, 1 + NONCE_BYTES + 16 + 4))
def test_what_was_cut_does_not_open(cut: int) -> None:
    about = uuid.uuid4()
    with pytest.raises(ValueError, match="sealed with another secret, or changed"):
        KEYS.open(KEYS.seal(b"words", about=about)[:cut], about=about)


def test_what_was_moved_or_sealed_with_another_secret_does_not_open() -> None:
    about = uuid.uuid4()
    sealed = KEYS.seal(b"words", about=about)
    for keys, row in ((KEYS, uuid.uuid4()), (OTHER_KEYS, about)):
        with pytest.raises(ValueError, match="another secret"):
            keys.open(sealed, about=row)
    assert KEYS.seal(b"words", about=about) != sealed


@given(about=some.uuids(), forged=some.text(max_size=100))
def test_a_token_leads_to_its_submission_and_no_other_does(about: uuid.UUID, forged: str) -> None:
    token = KEYS.token_for(about)
    assert KEYS.submission_of(token) == about
    assert token.replace("-", "").replace("_", "").isalnum()
    for wrong in {forged, token + forged, forged + token, OTHER_KEYS.token_for(about)} - {token}:
        with pytest.raises(NotFound):
            KEYS.submission_of(wrong)


@given(about=some.uuids(), data=some.data())
def test_a_token_with_one_other_character_leads_nowhere(about: uuid.UUID, data: some.DataObject) -> None:
    token = KEYS.token_for(about)
    place = data.draw(some.integers(0, len(token) - 1))
    character = data.draw(some.characters().filter(lambda drawn: drawn != token[place]))
    with pytest.raises(NotFound):
        KEYS.submission_of(token[:place] + character + token[place + 1 :])


def test_one_address_has_one_digest_and_each_purpose_its_own() -> None:
    assert KEYS.digest_of_email("Sam@Example.org ") == KEYS.digest_of_email("sam@example.org")
    assert KEYS.digest_of_email("sam@example.org") != KEYS.digest_of_email("sam@example.net")
    assert KEYS.digest_of_email("sam@example.org") != OTHER_KEYS.digest_of_email("sam@example.org")
    assert KEYS.digest(b"email", b"x") != KEYS.digest(b"request", b"x")


async def test_the_database_holds_nobody_in_clear(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    written = await everything_stored(database)
    for secret in (SAM, "Sam", "Supporter", "supporter.example", PARAGRAPH, "Musterweg", "10115", "Berlin", token):
        assert secret not in written
