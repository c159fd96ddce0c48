"""What a message that came back is, however it is made."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.incoming.rules import Severity
from app.incoming.sort import LARGEST, Kind, sort
from tests.incoming.messages import dsn, qmail, reply

TO = "letters+x@campaign.example.org"
SOON = 3.0  # seconds of the processor


def test_a_report_by_the_book_is_a_bounce_with_the_servers_words() -> None:
    found = sort(dsn(TO))

    assert (found.kind, found.severity) == (Kind.BOUNCE, Severity.HARD)
    assert "user unknown" in found.words
    assert TO in found.addressed
    assert found.text == ""


def test_a_bounce_without_form_is_found_by_a_servers_habits() -> None:
    assert (sort(qmail(TO)).kind, sort(qmail(TO)).severity) == (Kind.BOUNCE, Severity.HARD)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_a_report_of_anything_but_a_failure_is_no_bounce(action: str) -> None:
    assert sort(dsn(TO, action=action, status="4.4.1", words="smtp; 451 later")).kind is Kind.REPORT


def test_a_report_in_many_languages_is_read_too() -> None:
    raw = dsn(TO).replace(b"message/delivery-status", b"message/global-delivery-status")
    assert (sort(raw).kind, sort(raw).severity) == (Kind.BOUNCE, Severity.HARD)


def test_a_report_that_a_person_quotes_is_their_answer_and_no_bounce() -> None:
    raw = reply(TO, text="Your secretary sent us this:\n" + dsn(TO).decode())
    assert sort(raw).kind is Kind.PERSON


def test_an_answer_by_a_person_is_read_as_text() -> None:
    found = sort(reply(TO, text="Sehr geehrte Frau Müller,\nwir prüfen das.\n"))

    assert (found.kind, found.text) == (Kind.PERSON, "Sehr geehrte Frau Müller,\nwir prüfen das.")


def test_an_answer_in_html_loses_its_markup() -> None:
    html = "<html><head><style>p {}</style></head><body><p>We have <b>read</b> it.</p><script>x()</script></body>"
    assert sort(reply(TO, text=html, subtype="html")).text == "We have read it."


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied; owner-email=x@example.org"},
        {"Auto_Submitted": "auto-forwarded"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Loop": "x@example.org"},
        {"List_Id": "<news.example.org>"},
        {"Return_Path": "<>"},
        {"From": "no-reply@by.example.org"},
        {"Subject": "Automatic reply: your letter"},
        {"Subject": "Re: Out of the office until Monday"},
        {"Subject": "Abwesenheitsnotiz: Ihr Schreiben"},
        {"Subject": "Réponse automatique : votre lettre"},
        {"Subject": "Respuesta automática: su carta"},
        {"Subject": "Odpowiedź automatyczna: list"},
        {"Subject": "Автоматический ответ: письмо"},
        {"Subject": "Автоматична відповідь: лист"},
        {"Subject": "Аўтаматычны адказ: ліст"},
    ],
    ids=lambda headers: "-".join(f"{name} {value}" for name, value in headers.items()),
)
def test_what_a_machine_wrote_is_known_for_it(headers: dict[str, str]) -> None:
    assert sort(reply(TO, **headers)).kind is Kind.AUTOMATIC


def test_what_a_person_wrote_is_not_taken_for_a_machines() -> None:
    for headers in ({"Auto_Submitted": "no"}, {"Precedence": "first-class"}, {"Subject": "The office is out of paper"}):
        assert sort(reply(TO, **headers)).kind is Kind.PERSON


def test_a_mail_server_is_no_person_even_where_its_words_are_not_understood() -> None:
    assert sort(reply(TO, From="MAILER-DAEMON@mx.example.net")).kind is Kind.REPORT


def test_the_same_message_has_the_same_mark_and_another_has_another() -> None:
    assert sort(reply(TO)).mark == sort(reply(TO, text="again, by another way\n")).mark
    assert sort(reply(TO)).mark != sort(reply(TO, message_id="<reply-2@by.example.org>")).mark


def test_endless_headers_are_cut_before_anything_looks_at_them() -> None:
    endless = sort(dsn(TO, words="4.4." * 200_000))
    assert (endless.kind, len(endless.words) < 3_000) == (Kind.BOUNCE, True)
    assert sort(reply(TO).replace(b"Subject: ", b"Subject: " + b"=?utf-8?q?a?= " * 60_000)).kind is Kind.PERSON


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00" * 1000,
        b"From: =?utf-8?b?////?=\r\nSubject: =?nonsense?q?=ZZ?=\r\n\r\n",
        b"Content-Type: text/plain; charset=klingon\r\nFrom: a@example.org\r\n\r\n\xe4\xf6",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: multipart/mixed\r\n\r\n" * 3000,
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"Content-Transfer-Encoding: base64\r\nFrom: a@example.org\r\n\r\n!!!",
        b"Subject: " + b"a" * LARGEST,
        b"X: y\r\n" * (LARGEST // 6),
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" * 5000,
    ],
    ids=["empty", "bytes", "words", "charset", "nested", "in each other", "base64", "long", "headers", "reports"],
)
def test_no_message_is_so_broken_that_it_stops_anything(raw: bytes) -> None:
    sort(raw)


@given(st.binary(max_size=2_000))
def test_any_bytes_can_be_sorted(noise: bytes) -> None:
    sort(noise)
    sort(dsn(TO)[:400] + noise)
    sort(reply(TO) + noise)


@pytest.mark.parametrize("kind", ["message/delivery-status", "text/plain", "text/html"])
@pytest.mark.parametrize("line", [b"\r\n", b"=\r\n", b"a: b\r\n"], ids=["empty", "soft", "header"])
def test_a_megabyte_of_lines_keeps_nobody_waiting(kind: str, line: bytes) -> None:
    head = f"From: MAILER-DAEMON@example.org\r\nTo: {TO}\r\nContent-Type: {kind}\r\n\r\n".encode()
    begun = time.process_time()

    assert sort(head + line * (LARGEST // len(line))).addressed == TO

    assert time.process_time() - begun < SOON
