"""Bad input: the right refusal as a small problem, which never sends the input back, and nothing stored."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import ValidationError

from app.config import Settings
from app.database import Database
from app.main import create_app
from app.models.submission import SubmissionCreate
from app.rooms.late import open_all
from tests.factories import API, PARAGRAPH, campaign, office, post, prisoner, published, submission
from tests.steps import LETTERS, how_many, problem

MARKER = "markedinput"
JSON = {"Content-Type": "application/json"}
KIBIBYTE = 1024


@pytest.fixture
async def outsider(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A member of the public, who is told of a crash by its status and not by its exception."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


def body_with(*, raw: str = "", **overrides: Any) -> bytes:
    """A submission as bytes; `raw` goes in as it is, as one more field or instead of one."""
    text = json.dumps(submission(**overrides))
    return (text[:-1] + f", {raw}}}").encode(errors="surrogatepass") if raw else text.encode()


REFUSED_BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  ",
    "cut": body_with()[:-20],
    "an array": b"[" + body_with() + b"]",
    "a text": b'"markedinput"',
    "a number": b"7",
    "null": b"null",
    "invalid UTF-8": body_with().replace(b"Sam", b"S\xff\xfe"),
    "overlong UTF-8": body_with().replace(b"Sam", b"S\xc0\xaf"),
    "nested deeply": b'{"supporter":' * 200 + b"1" + b"}" * 200,
    "nested too deeply": b"[" * 30_000,
    "a number of 5,000 digits": body_with(raw=f'"source": {"9" * 5_000}'),
    "a float of 5,000 digits": body_with(raw=f'"source": 1{"0" * 5_000}.5e5000'),
    "NaN": body_with(raw='"source": NaN'),
    "Infinity": body_with(raw='"consent": {"send": Infinity}'),
    "-Infinity as a list": body_with(raw='"office_ids": [-Infinity]'),
    "a lone surrogate": body_with(raw=r'"paragraph": "\ud800 these words are long enough"'),
    "a lone surrogate as a name of a field": body_with(raw=r'"\udfff": 1'),
    "NUL": body_with(raw=r'"paragraph": "\u0000 these words are long enough"'),
    "NUL in a tag": body_with(raw=r'"source": "a\u0000b"'),
    "an unknown field": body_with(raw='"markedinput": 1'),
    "an unknown field of great length": body_with(raw=f'"{MARKER * 500}": 1'),
    "an unknown field inside": body_with(supporter={"is_admin": MARKER}),
    "a field twice": body_with(raw='"consent": {"send": true}'),
    "a field twice inside": body_with(raw='"consent": {"send": false, "send": true}'),
    "many unknown fields": body_with(raw=", ".join(f'"{MARKER}{n}": 1' for n in range(2_000))),
    "many offices": body_with(office_ids=[MARKER] * 2_000),
    "an id that is none": body_with(office_ids=[MARKER]),
    "a prisoner that is a path": body_with(prisoner="../markedinput"),
    "a country in words": body_with(supporter={"country": MARKER}),
    "a text for consent": body_with(consent=MARKER),
}

REFUSED_NAMES: dict[str, str] = {
    "blank": "    ",
    "one letter": "S",
    "too long": f"{MARKER} " * 20,
    "dots only": ". . .",
    "zero-width only": "\u200b\u200b\u200b",
    "joiners only": "\u200c\u200d\u200c",
    "Hangul fillers only": "\u3164\u3164\u3164",
    "half-width fillers only": "\uffa0\uffa0\uffa0",
    "Jamo fillers only": "\u115f\u1160\u115f",
    "Braille blanks only": "\u2800\u2800\u2800",
    "a direction override": f"{MARKER}\u202egnp.exe",
    "a direction isolate": f"{MARKER}\u2066x\u2069",
    "a zero-width space inside": f"{MARKER}\u200bx",
    "a byte order mark": f"\ufeff{MARKER}",
    "a soft hyphen": f"{MARKER}\u00adx",
    "a tag character": f"{MARKER}\U000e0041",
    "a private character": f"{MARKER}\ue000",
    "CR LF": f"{MARKER}\r\nBcc: all@example.org",
    "a line end": f"{MARKER}\nx",
    "NEL": f"{MARKER}\u0085x",
    "a line separator": f"{MARKER}\u2028x",
    "a paragraph separator": f"{MARKER}\u2029x",
    "a vertical tab": f"{MARKER}\x0bx",
    "an escape": f"{MARKER}\x1b[31m",
    "a storm of marks": "S" + "\u0315\u031a\u0358\u0321\u0489" * 4,
    "a storm of enclosing marks": f"{MARKER}" + "\u20dd" * 9,
    "a web address": f"{MARKER} https://evil.example.org/",
    "a bare domain": f"{MARKER} www.evil.com",
    "markup": f"<b>{MARKER}</b>",
}

REFUSED_PARAGRAPHS: dict[str, str] = {
    "a web address": f"Please read https://example.org/{MARKER} about this.",
    "a web address without a scheme": f"Please read www.{MARKER}.org about all of this.",
    "a bare domain": f"Please have a look at {MARKER}.com for all of this.",
    "a domain with a path": f"Please have a look at {MARKER}.de/page for all this.",
    "a bare domain in capitals": f"PLEASE HAVE A LOOK AT {MARKER}.COM FOR ALL OF THIS.",
    "a domain with a full-width stop": f"Please have a look at {MARKER}．com for this.",
    "an address with full-width signs": f"Please read ｈｔｔｐ：／／{MARKER}．org about this.",
    "a mailto": f"Please write to mailto:{MARKER}@example.org about this.",
    "markup": f"Please look at <img src='{MARKER}'> for a moment.",
    "a direction override": f"These words run \u202e {MARKER} the other way.",
    "an escape": f"These words have \x1b[2J {MARKER} in them, sadly.",
    "invisible": "\u3164" * 40,
    "too long": f"{MARKER} " * 200,
}

REFUSED_ADDRESSES: dict[str, str] = {
    "no domain": f"{MARKER}@",
    "two": f"{MARKER}@example.org,b@example.org",
    "two with a blank": f"{MARKER}@example.org b@example.org",
    "with a header": f"{MARKER}@example.org\r\nBcc: b@example.org",
    "with a line end": f"{MARKER}@example.org\n",
    "quoted": f'"{MARKER} b"@example.org',
    "quoted with a header": f'"{MARKER}\r\nBcc: b"@example.org',
    "a number for a domain": f"{MARKER}@[127.0.0.1]",
    "a name before it": f"{MARKER} <a@example.org>",
    "with NUL": f"{MARKER}\x00@example.org",
    "too long": f"{MARKER}@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example.org",
    "two dots": f"{MARKER}..b@example.org",
    "letters that no mail server of ours can send to": f"{MARKER}ö@example.org",
}

WELCOME_NAMES = (
    "Ada O'Brien-Šťastná",
    "Nguyễn Thị Minh Khai",
    "José  María",
    "Анна Иванова",
    "王小明",
    "محمد علی",
    "می‌خواهم",
    "नरेन्द्र क्‍ष",
    "Dr. J. R. Example, Jr.",
    "Jo\u0308rg Mu\u0308ller",
)


def refused_fields() -> Iterator[tuple[str, str, bytes]]:
    for name, value in REFUSED_NAMES.items():
        yield f"a name: {name}", "/supporter/name", body_with(supporter={"name": value})
    for name, value in REFUSED_PARAGRAPHS.items():
        yield f"own words: {name}", "/paragraph", body_with(paragraph=value)
    for name, value in REFUSED_ADDRESSES.items():
        yield f"an address: {name}", "/supporter/email", body_with(supporter={"email": value})
    for field in ("city", "street", "postcode"):
        yield f"{field} with a line end", f"/supporter/{field}", body_with(supporter={field: f"{MARKER}\nx"})


async def test_a_bad_body_is_refused_and_neither_stored_nor_sent_back(
    outsider: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    passed = []
    for path in (LETTERS, f"{LETTERS}/preview"):
        for name, body in REFUSED_BODIES.items():
            answer = await outsider.post(API + path, content=body, headers=JSON)
            passed += faults(name, answer)
        for name, _, body in refused_fields():
            answer = await outsider.post(API + path, content=body, headers=JSON)
            passed += faults(name, answer)
    assert not passed, "\n".join(passed)
    assert await how_many(database, "submission") == 0


@pytest.mark.parametrize(("name", "pointer", "body"), [pytest.param(*each, id=each[0]) for each in refused_fields()])
def test_a_bad_field_is_the_one_that_is_pointed_at(name: str, pointer: str, body: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        SubmissionCreate.model_validate_json(body)
    pointers = ["/" + "/".join(map(str, error["loc"])) for error in refused.value.errors()]
    assert pointers == [pointer]


@pytest.mark.parametrize("name", WELCOME_NAMES)
def test_names_of_all_scripts_are_welcome(name: str) -> None:
    body = SubmissionCreate.model_validate(submission(supporter={"name": name}))
    assert body.supporter.name


def test_every_body_refuses_fields_that_are_not_known() -> None:
    api = open_all(create_app(Settings(_env_file=None))).openapi()
    taken = {
        schema["$ref"].rpartition("/")[2]
        for methods in api["paths"].values()
        for operation in methods.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
        for schema in [operation["requestBody"]["content"]["application/json"]["schema"]]
        if schema.get("format") != "binary"  # a file has no fields
    }
    schemas = api["components"]["schemas"]
    reached: set[str] = set()
    while taken:
        name = taken.pop()
        reached.add(name)
        inside = json.dumps(schemas[name]).split("#/components/schemas/")[1:]
        taken |= {each.partition('"')[0] for each in inside} - reached
    bodies = {name for name in reached if schemas[name]["type"] == "object"}
    assert len(bodies) > 8
    assert [name for name in sorted(bodies) if schemas[name].get("additionalProperties") is not False] == []


async def test_what_is_not_there_is_a_problem_everywhere(outsider: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    for path in ("/nothing", f"{API}/", f"{API}/nothing", f"{API}/campaigns/no-such", "/mailbox", "/confirm"):
        problem(await outsider.get(path), 404)
    for slug in ("%00", "a%00b", "%ED%A0%80", "%FF", "..%2F..", "%0d%0aSet-Cookie:x", "%F0%9F%98%80", "Free-Ada"):
        for path in (f"{API}/campaigns/{slug}", f"{API}/prisoners/{slug}", f"{API}/campaigns/{slug}/stats"):
            problem(await outsider.get(path), 404)
        problem(await outsider.post(f"{API}/campaigns/{slug}/letters", json=submission()), 404)
    for method in ("PUT", "DELETE", "PATCH"):
        wrong = await outsider.request(method, API + LETTERS)
        problem(wrong, 405)
        assert wrong.headers["allow"] == "POST"


async def test_a_foreign_host_is_never_sent_back(outsider: AsyncClient) -> None:
    for path in (f"{API}/campaigns/", f"{API}/campaigns", "/docs/", "//evil.example.org/%2e%2e", "/health/live/"):
        answer = await outsider.get(path, headers={"Host": "evil.example.org", "X-Forwarded-Host": "evil.example.org"})
        assert answer.status_code < 500
        assert "evil.example.org" not in answer.headers.get("location", "") + answer.text


async def test_a_body_over_64_kib_is_refused_with_and_without_its_length(
    outsider: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    big = body_with(paragraph=f"{MARKER} " * 8_000)
    assert len(big) > 64 * KIBIBYTE

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(big), KIBIBYTE):
            yield big[start : start + KIBIBYTE]

    for path in (LETTERS, f"{LETTERS}/preview"):
        for content in (big, in_pieces()):
            answer = await outsider.post(API + path, content=content, headers=JSON)
            problem(answer, 413)
            assert MARKER not in answer.text
    for length in ("9" * 30, "-1", "x"):
        forged = await outsider.post(API + LETTERS, content=body_with(), headers={**JSON, "Content-Length": length})
        assert 400 <= forged.status_code < 500
    assert await how_many(database, "submission") == 0


async def test_only_json_is_taken(outsider: AsyncClient, organiser: AsyncClient, database: Database) -> None:
    await published(organiser)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "x"):
        answer = await outsider.post(API + LETTERS, content=body_with(), headers={"Content-Type": kind})
        assert answer.status_code in {415, 422}
        problem(answer, answer.status_code)
    packed = await outsider.post(API + LETTERS, content=body_with(), headers={**JSON, "Content-Encoding": "gzip"})
    assert packed.status_code < 500
    for charset in ("utf-16", "utf-32"):
        wide = body_with().decode().encode(charset)
        assert (await outsider.post(API + LETTERS, content=wide, headers=JSON)).status_code < 500


async def test_the_pointer_names_each_wrong_field(outsider: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    wrong = submission(supporter={"email": MARKER, "name": ""}, consent={}, language="German")
    told = problem(await outsider.post(API + LETTERS, json=wrong), 422)
    assert sorted(error["pointer"] for error in told["errors"]) == [
        "/consent/send",
        "/language",
        "/supporter/email",
        "/supporter/name",
    ]
    slip = problem(await outsider.post(API + LETTERS, json=submission(paragraf=PARAGRAPH)), 422)
    assert [error["pointer"] for error in slip["errors"]] == ["/paragraf"]


async def test_an_organisers_bad_input_is_refused_too(
    outsider: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    outsider.headers["Authorization"] = organiser.headers["Authorization"]
    await post(organiser, "/prisoners", prisoner())
    storm, twice_as_long = "a" + "\u0301" * 9, "\u0958" * 40  # the latter grows when it is normalised
    bodies = {
        "/campaigns": [
            campaign(slug="wrong", goal=10**30),
            campaign(slug="wrong", code=twice_as_long),
            campaign(slug="wrong", title={"en": f"{MARKER}\u202e"}),
            campaign(slug="wrong", title={MARKER * 9: "x"}),
            campaign(slug="wrong", title={"en": storm}),
            campaign(slug="wrong", demands={"en": [f"{MARKER}\r\nBcc: x"]}),
            campaign(slug="wrong", closes_on="2024-02-30"),
            campaign(slug="wrong", mail_from=f"{MARKER}\r\n@example.org"),
            campaign(slug="-wrong"),
        ],
        "/prisoners": [
            prisoner(slug="wrong", sources=[{"title": "x y", "publisher": "z z", "url": f"javascript:{MARKER}"}]),
            prisoner(slug="wrong", sources=[{"title": "x y", "publisher": "z z", "url": "https://a\u0000b"}]),
            prisoner(slug="wrong", cases={"en": {"ablative": "x"}}),
            prisoner(slug="wrong", consent=MARKER),
            prisoner(slug="wrong", name="\u0000\u0000"),
        ],
        "/officials": [
            office(web_form_url="https://a.example.org/\u0000"),
            office(web_form_url="https://a.example.org/\u202e"),
            office(postal_address=f"{MARKER}\u0000"),
            office(title={}),
            office(title={"en": "Minister"}, channels=[]),
            office(holder={"name": f"{MARKER}\nBcc: x"}),
            office(emails=[{"address": f"{MARKER}@example.org, b@example.org"}]),
        ],
    }
    passed = []
    for path, wrong in bodies.items():
        for body in wrong:
            answer = await outsider.post(API + path, content=json.dumps(body), headers=JSON)
            passed += faults(f"{path} {ascii(body)[:80]}", answer)
    assert not passed, "\n".join(passed)
    assert [await how_many(database, table) for table in ("campaign", "prisoner", "office")] == [0, 1, 0]


def faults(name: str, answer: Any) -> list[str]:
    """What is wrong with a refusal."""
    if not 400 <= answer.status_code < 500:
        return [f"{name}: answered {answer.status_code}"]
    try:
        problem(answer, answer.status_code)
    except AssertionError as fault:
        return [f"{name}: {str(fault)[:100]}"]
    return [f"{name}: sent back"] if MARKER in answer.text.casefold() and name != "an unknown field" else []


async def test_the_documentation_shows_problems_as_they_come(outsider: AsyncClient) -> None:
    document = (await outsider.get("/openapi.json")).json()
    answers = [operation["responses"] for path in document["paths"].values() for operation in path.values()]
    ours = [each for each in answers if "4XX" in each]
    assert len(ours) > 20
    assert all(set(each["4XX"]["content"]) == {"application/problem+json"} and "422" not in each for each in ours)
    assert "HTTPValidationError" not in document["components"]["schemas"]
