"""The addresses to which mail comes back."""

import uuid

import pytest

from app.services.returning import returns
from app.services.returning.returns import Purpose
from app.services.sealing import Keys

KEYS = Keys("a" * 32)
ID = uuid.uuid4()
BASE = "letters@campaign.example.org"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_an_address_tells_what_it_is_about_whatever_becomes_of_its_case(purpose: Purpose) -> None:
    address = returns.address(KEYS, purpose, ID, base=BASE, written_to="x@example.org")

    for written in (address, address.upper(), address.lower(), f'"Letters" <{address}>'):
        found = returns.read(KEYS, written)
        assert found == (purpose, ID, returns.tag(KEYS, "X@example.org"))


def test_mail_that_is_months_on_its_way_still_comes_back() -> None:
    keys = Keys("a secret that stays the same for ever, in a test")
    about = {"base": "letters@example.org", "written_to": "Office@example.org"}

    found = returns.address(keys, Purpose.BOUNCE, uuid.UUID(int=4_711), **about)

    assert found == "letters+aaaaaaaaaaaaaaaaaaaaaaasm7ipwf6h32qiqx37ldaqf3wh@example.org"
    assert keys.token_for(uuid.UUID(int=4_711)) == "AAAAAAAAAAAAAAAAAAASZ6xb1gS8eKzkkBns_5iUl_M"
    assert keys.digest_of_email("Sam@example.org").hex().startswith("60470a1c6e9960eafba053965cf5147d")


def test_an_address_fits_into_a_mailbox_name() -> None:
    local = returns.address(KEYS, Purpose.BOUNCE, ID, base="fifteen-letters@campaign.example.org").partition("@")[0]
    assert len(local) == 64


def test_a_forged_address_says_nothing() -> None:
    address = returns.address(KEYS, Purpose.BOUNCE, ID, base=BASE)
    token = address.partition("+")[2].partition("@")[0]
    forged = [token[:n] + ("a" if token[n] != "a" else "b") + token[n + 1 :] for n in range(len(token))]

    assert {returns.read(KEYS, f"letters+{each}@campaign.example.org") for each in forged} == {None}
    assert returns.read(Keys("b" * 32), address) is None
    for nothing in ("", "letters@campaign.example.org", "letters+@x", "letters+" + "1" * 48 + "@x", "+" * 1000):
        assert returns.read(KEYS, nothing) is None
