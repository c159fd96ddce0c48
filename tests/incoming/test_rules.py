"""Hard, soft, or not the address's fault: by words first, then by codes."""

import pytest

from app.incoming.rules import Severity, severity


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table"),
        ("5.1.1", ""),
        ("5.0.0", "550 unknown user"),
        ("5.7.1", "550 5.7.1 recipient does not exist here"),
        ("", "Sorry, no mailbox here by that name. (#5.1.1)"),
        ("5.4.4", "Host or domain name not found. Domain not found"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        ("", "550 Requested action not taken"),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled"),
    ],
)
def test_an_address_that_nobody_reads_is_dead(status: str, words: str) -> None:
    assert severity(status, words) is Severity.HARD


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.2.2", "552 5.2.2 mailbox full"),
        ("5.1.1", "550 5.1.1 user is over quota"),
        ("4.1.1", "450 4.1.1 user unknown, for now"),
        ("4.4.7", "delivery time expired"),
        ("5.0.0", ""),
        ("", ""),
        ("4.2.0", "greylisted, try again later"),
        ("5.4.1", "connection timed out"),
        ("", "552 Requested mail action aborted"),
    ],
)
def test_a_passing_reason_is_soft_whatever_its_code(status: str, words: str) -> None:
    assert severity(status, words) is Severity.SOFT


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.7.1", "554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using a list"),
        ("5.7.26", "550-5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy"),
        ("5.1.1", "550 5.1.1 message rejected as spam"),
        ("", "554 Transaction failed"),
        ("5.3.4", "552 5.3.4 message size exceeds fixed limit"),
    ],
)
def test_a_letter_that_is_not_wanted_says_nothing_of_the_address(status: str, words: str) -> None:
    assert severity(status, words) is Severity.REFUSED
