"""An e-mail as bytes: whatever is in it comes out again, and nothing in it becomes a header."""

import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.delivery.envelope import Envelope
from app.delivery.mailer import SmtpMailer
from app.delivery.message import HEADERS, OURS, Mail, to_bytes
from app.models.submission import SupporterDetails
from tests.relay import Relay

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
INJECTION = "=?utf-8?B?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?="  # decodes to CR, LF and a header

LINE = (
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=200)
    .map(str.strip)
    .filter(bool)
)
BODY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=2_000)
ARBITRARY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100)


def mail(**overrides: Any) -> Mail:
    return Mail(
        **{
            "sender": "letters@campaign.example.org",
            "sender_name": "Sam Supporter via campaign.example.org",
            "to": "prosecutor@by.example.org",
            "subject": "An appeal",
            "body": "Hello.\n",
            "message_id": "0193-1@campaign.example.org",
            "person": "Sam Supporter",
            **overrides,
        }
    )


def raw(**overrides: Any) -> bytes:
    return to_bytes(mail(**overrides), at=AT)


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, _class=EmailMessage, policy=policy.default)


def header_lines(data: bytes) -> list[bytes]:
    return data.partition(b"\r\n\r\n")[0].split(b"\r\n")


def names_on_the_wire(data: bytes) -> list[str]:
    return [line.split(b":")[0].decode() for line in header_lines(data) if not line.startswith((b" ", b"\t"))]


def decoded(value: str) -> str:
    """A header's text, as RFC 2047 has it: space between two encoded words does not count."""
    return str(make_header(decode_header(value)))


def sender_name(data: bytes) -> str:
    return decoded(parseaddr(message_from_bytes(data)["From"])[0])


def subject_of(data: bytes) -> str:
    return decoded(message_from_bytes(data)["Subject"])


@settings(max_examples=300, deadline=None)
@given(name=LINE, subject=LINE)
@example(name=INJECTION, subject=INJECTION)
@example(name="Doe, Sam <x@example.org>", subject='a\\b "c" (d)')
@example(name="a" * 76, subject="a" * 67)
@example(name="🏳️‍🌈" * 20, subject="ö" * 200)
def test_name_and_subject_come_out_as_they_went_in(name: str, subject: str) -> None:
    data = raw(sender_name=name, subject=subject)

    assert sender_name(data) == name
    assert subject_of(data) == subject


@settings(max_examples=300, deadline=None)
@given(body=BODY)
@example(body=".\n..\n.x\n\n.\n")
@example(body="From me\n-- \n trailing \t\n=\n=20\n")
@example(body="ж" * 5_000)
@example(body="x" * 5_000)
@example(body="")
def test_the_body_comes_out_as_it_went_in(body: str) -> None:
    content = parsed(raw(body=body)).get_content()

    assert content.replace("\r\n", "\n").removesuffix("\n") == body.removesuffix("\n")


@settings(max_examples=300, deadline=None)
@given(name=ARBITRARY, subject=ARBITRARY, body=st.text(max_size=500))
@example(name="a\r\nBcc: x@example.org", subject="a\nBcc: x@example.org", body="a\rb\r\n.\r\nc\n.\n")
@example(name="a\x85Bcc: x@example.org", subject="a\u2028Bcc: x@example.org", body="\x85\u2028\x00")
@example(name=INJECTION, subject=f"x {INJECTION} {INJECTION}", body=INJECTION)
def test_nothing_brings_another_header_or_a_bare_line_end_along(name: str, subject: str, body: str) -> None:
    try:
        data = raw(sender_name=name, subject=subject, body=body)
    except ValueError:
        return  # refused is safe

    only_of_some = {"Reply-To", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"}
    assert names_on_the_wire(data) == [name for name in HEADERS if name not in only_of_some]
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "breaking", ["\r\n", "\r", "\n", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x00"], ids=ascii
)
@pytest.mark.parametrize("where", ["sender_name", "subject"])
def test_a_line_end_in_a_header_is_refused_or_flattened_but_never_decoded(breaking: str, where: str) -> None:
    try:
        data = raw(**{where: f"Sam{breaking}Bcc: x@example.org"})
    except ValueError:
        return

    read = sender_name(data) if where == "sender_name" else subject_of(data)
    assert not [each for each in read if unicodedata.category(each) in {"Cc", "Zl", "Zp"}]


@pytest.mark.parametrize("where", ["sender_name", "subject"])
def test_an_encoded_word_that_somebody_typed_stays_text(where: str) -> None:
    data = raw(**{where: f"Sam {INJECTION}"})

    assert INJECTION.encode() not in data
    assert "Bcc" not in parsed(data)
    read = sender_name(data) if where == "sender_name" else subject_of(data)
    assert read == f"Sam {INJECTION}"


@pytest.mark.parametrize("where", ["to", "sender", "reply_to", "message_id"])
def test_an_encoded_word_is_no_address(where: str) -> None:
    with pytest.raises(ValueError, match="address"):
        raw(**{where: f"{INJECTION}@example.org"})


@settings(max_examples=100, deadline=None)
@given(name=LINE, subject=LINE)
@example(name="a" * 75, subject="a" * 69)
@example(name="Sam Supporter of a very long name indeed via campaign.example.org", subject="a " * 80)
def test_header_lines_are_as_short_as_they_should_be(name: str, subject: str) -> None:
    assert max(map(len, header_lines(raw(sender_name=name, subject=subject)))) <= 78


def test_headers_are_exactly_those_of_the_allow_list() -> None:
    link = "https://letters.example.org/unsubscribe/token"
    data = raw(reply_to="sam@supporter.example.org", automatic=True, unsubscribe=link)

    assert names_on_the_wire(data) == list(HEADERS)
    assert parsed(data)["Reply-To"] == "sam@supporter.example.org"
    assert parsed(data)["Auto-Submitted"] == "auto-generated"
    assert parsed(data)["List-Unsubscribe"] == f"<{link}>"
    assert parsed(data)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed(data)["Message-ID"] == "<0193-1@campaign.example.org>"
    assert parsed(data)["Date"].datetime == AT


@pytest.mark.parametrize("link", ["https://x/a\r\nBcc: x@example.org", "javascript:x", "https://x/>,<mailto:a@b", ""])
def test_a_link_that_is_none_of_ours_does_not_leave(link: str) -> None:
    if not link:
        assert "List-Unsubscribe" not in names_on_the_wire(raw(unsubscribe=link))
        return
    with pytest.raises(ValueError, match="link"):
        raw(unsubscribe=link)


@pytest.mark.parametrize(
    "head",
    [
        "Bcc: x@example.org\r\n",
        "From: a\r\nBcc: x@example.org\r\n",
        "From: a\nTo: b\r\n",
        "From: a\rTo: b\r\n",
        "From: a\r\n\r\nbody\r\n",
        "From: a\r\n\tb\r\n",
        "From: ä\r\n",
        "From: a\x00\r\n",
        "Froma: a\r\n",
        "from: a\r\n",
        " From: a\r\n",
        "From: a",
        "",
    ],
    ids=ascii,
)
def test_what_is_not_ours_in_serialised_headers_is_found(head: str) -> None:
    assert OURS.fullmatch("From: a\r\n b\r\nTo: c\r\n")
    assert not OURS.fullmatch(head)


def test_latin_letters_stay_readable_and_others_stay_compact() -> None:
    assert (
        parsed(raw(body="Grüße und mehr Text in lateinischer Schrift"))["Content-Transfer-Encoding"]
        == "quoted-printable"
    )
    assert parsed(raw(body="Уважаемые господа!"))["Content-Transfer-Encoding"] == "base64"


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org,b@example.org",
        "a@example.org, b@example.org",
        "a@example.org b@example.org",
        "a@example.org;b@example.org",
        "a@b@example.org",
        '"a b"@example.org',
        '"a"@example.org',
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
        "<a@example.org>",
        "Sam <a@example.org>",
        "a@example.org>",
        "a@example.org\r\nBcc: x@example.org",
        "a@example.org\n",
        " a@example.org",
        "a @example.org",
        "a(comment)@example.org",
        "a\x00@example.org",
        "a\u2028@example.org",
        "müller@example.org",
        "a@exa mple.org",
        "example.org",
        "a@",
        "@example.org",
        "a@" + "ö" * 70 + ".example.org",
        "",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("where", ["to", "sender", "reply_to"])
def test_what_is_not_one_plain_address_is_refused(address: str, where: str) -> None:
    if (where, address) == ("reply_to", ""):
        return  # no Reply-To at all
    with pytest.raises(ValueError):  # noqa: PT011 - the codec has words of its own
        raw(**{where: address})


@pytest.mark.parametrize(
    ("domain", "ascii_domain"),
    [
        ("bücher.example.org", "xn--bcher-kva.example.org"),
        ("почта.example.org", "xn--80a1acny.example.org"),
        ("straße.example.org", "xn--strae-oqa.example.org"),
        ("example.org", "example.org"),
    ],
)
def test_international_domains_are_written_in_ascii(domain: str, ascii_domain: str) -> None:
    assert parsed(raw(to=f"a@{domain}"))["To"] == f"a@{ascii_domain}"


@pytest.mark.parametrize(
    "address",
    [
        "o'brien+a=b@example.org",
        "müller@example.org",
        "用户@example.org",
        "a@bücher.example.org",
        f"{INJECTION}@example.org",
    ],
)
def test_an_address_that_intake_takes_can_be_written(address: str) -> None:
    try:
        taken = SupporterDetails(name="Sam Supporter", email=address, country="DE").email
    except ValidationError:
        return  # refused while somebody can still mend it

    assert parsed(raw(to=taken))


async def test_lines_that_are_a_dot_survive_the_journey() -> None:
    body = ".\n..\n.hidden\nline\n.\n\nlast\n"
    async with Relay() as relay:
        mailer = SmtpMailer(relay.url)
        for text in (body, body + "Привет и ещё немного текста, чтобы хватило на другое кодирование\n" * 3):
            await mailer.send(Envelope("a@example.org", "b@example.org", raw(body=text)))
            assert relay.accepted[-1].body == text
        await mailer.close()

    assert len(relay.accepted) == 2
