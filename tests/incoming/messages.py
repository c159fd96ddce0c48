"""Messages that come back, as bytes."""

from email.message import EmailMessage


def dsn(
    to: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    words: str = "smtp; 550 5.1.1 <prosecutor@by.example.org>: user unknown",
    message_id: str = "<dsn-1@mx.example.net>",
) -> bytes:
    """A delivery status notification as Postfix writes it."""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net (Mail Delivery System)\r\nTo: {to}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMessage-ID: {message_id}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system at host mx.example.net.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.net\r\n\r\n"
        "Final-Recipient: rfc822; prosecutor@by.example.org\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {words}\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "From: x@example.org\r\nSubject: a letter\r\n\r\nDear Sir\r\n--b--\r\n"
    ).encode()


def qmail(to: str, words: str = "Sorry, no mailbox here by that name. (#5.1.1)") -> bytes:
    """A bounce that keeps to no RFC."""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: {to}\r\nSubject: failure notice\r\n\r\n"
        "Hi. This is the qmail-send program at mx.example.net.\r\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        f"<prosecutor@by.example.org>:\r\n{words}\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\nSubject: a letter\r\n"
    ).encode()


def reply(
    to: str,
    *,
    text: str = "Dear citizen, we have read your letter.\n",
    message_id: str = "<reply-1@by.example.org>",
    subtype: str = "plain",
    **headers: str,
) -> bytes:
    """A message by a person of an office, unless a header says otherwise. X_Loop="1" sets X-Loop."""
    message = EmailMessage()
    message["From"] = "Office <prosecutor@by.example.org>"
    message["To"] = to
    message["Subject"] = "Re: your letter"
    message["Message-ID"] = message_id
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content(text, subtype=subtype)
    return message.as_bytes()
