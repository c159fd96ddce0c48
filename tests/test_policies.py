"""Every route declares who may come in, and keeps to it: for every role, and for things of another organisation."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from httpx import AsyncClient, Response

from app import dependencies
from app.config import Settings
from app.database import Database
from app.main import create_app
from app.models.api_key import ApiKey
from app.models.columns import now
from app.models.organisation import Role
from app.models.organiser_session import OrganiserSession
from app.quick import Shortcut
from app.rooms.late import open_all
from app.routers import osdi
from app.services.sealing import digest_of_key
from app.services.team import access, throttle
from tests.factories import campaign, office, post, prisoner, published, submission
from tests.people import bearing, person
from tests.steps import get, write

FRAMEWORK = {"/docs", "/docs/oauth2-redirect", "/openapi.json", "/redoc", "/static-offline-docs"}  # FastAPI's own
POLICIES = {  # from the narrowest; a policy that leans on another comes before it
    dependencies.get_owner: Role.OWNER,
    dependencies.get_editor: Role.EDITOR,
    dependencies.get_analyst: Role.ANALYST,
    osdi.get_osdi_organiser: Role.ANALYST,
    dependencies.get_signed_in: Role.ANALYST,
    dependencies.get_access: Role.ANALYST,
    dependencies.get_visitor: None,
    dependencies.anyone: None,
}
PUBLIC_THINGS = {  # offices are public, without their addresses
    ("GET", "/api/v1/officials/{office_id}"),
    ("GET", "/api/v1/officials/{office_id}/holders"),
}
QUERIES = {"officials": {"country": "DE"}}
SOURCE = "https://news.example.org/"
ANYWHERE = {  # what stands in paths and need not be there
    "kind": "offices",
    "form": "csv",
    "token": "A" * 43,
    "name": f"{uuid.uuid4()}.eml",
    "call_id": str(uuid.uuid4()),
    "campaign_id": str(uuid.uuid4()),
}
MADE: dict[str, tuple[str, Any]] = {  # what a path may name besides: where it is made, and of what
    "link_id": ("/campaigns/{campaigns}/preview-links", {"note": "for a friend"}),
    "endorsement_id": (
        "/campaigns/{campaigns}/endorsements",
        {"name": "Friends", "country": "FR", "email": "friends@example.org"},
    ),
    "event_id": ("/prisoners/{prisoners}/events", {"kind": "transfer", "happened_on": "2024"}),
    "statement_id": (
        "/prisoners/{prisoners}/statements",
        {"author": "Her sister", "said_on": "2026", "text": {"en": "We miss her."}},
    ),
    "item_id": (
        "/prisoners/{prisoners}/news-items",
        {"title": "T", "publisher": "P", "published_on": "2026", "url": SOURCE},
    ),
    "figure_id": (
        "/figures",
        {"country": "BY", "number": 1, "as_of": "2024", "source_title": "Example", "source_url": SOURCE},
    ),
    "holder_id": ("/officials/{office_id}/holders", None),
}
LISTED = {"event_id", "holder_id"}  # found in the list of them
BODIES = {"letters": submission(), "preview": submission()}  # where the thing is looked up after the body is read


class Route(NamedTuple):
    method: str
    path: str
    dependencies: frozenset[Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def policies(self) -> list[Role | None]:
        return [role for policy, role in POLICIES.items() if policy in self.dependencies]

    @property
    def names_a_thing(self) -> bool:
        return "{token}" not in self.path and bool(re.search(r"\{(slug|\w+_id)\}", self.path))

    @property
    def wants_a_session(self) -> bool:
        return dependencies.get_signed_in in self.dependencies


@dataclass(frozen=True)
class Caller:
    """Somebody who calls: nobody in particular, a role by session, or by API key; of which organisation."""

    role: Role | None
    by_key: bool = False
    organisation: str = "Committee"

    def may(self, route: Route) -> bool:
        needed = route.policies[0]
        if needed is None:
            return True
        return self.role is not None and self.role.includes(needed) and not (self.by_key and route.wants_a_session)


CALLERS = [
    Caller(None),
    *(Caller(role, by_key) for role in Role for by_key in (False, True)),
    *(Caller(role, organisation="Another Committee") for role in Role),
]


def routes_of(app: FastAPI) -> list[Route]:
    found = []
    for context in iter_route_contexts(app.routes):
        if context.path in FRAMEWORK or isinstance(context.original_route, Shortcut):  # leads to some of the others
            continue
        assert isinstance(context.original_route, APIRoute), context.path
        calls = frozenset(_calls(context.dependant))
        found += [Route(method, str(context.path), calls) for method in sorted(context.methods or ())]
    return found


def _calls(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


ROUTES = routes_of(open_all(create_app(Settings(_env_file=None))))


@pytest.mark.parametrize("route", ROUTES, ids=[f"{n} {route}" for n, route in enumerate(ROUTES)])
def test_every_route_declares_its_policy(route: Route) -> None:
    assert route.policies, "say who may come in: ANYONE, VisitorDep, AnalystDep, EditorDep, OwnerDep or SignedInDep"


async def test_every_route_keeps_to_its_policy_for_every_role_and_organisation(
    app: FastAPI, database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "BY_ORGANISATION", 10_000)
    walk = Walk(app, database)
    wrong = [
        f"{route} by {caller}: {answer.status_code}, expected {expected}"
        for route in ROUTES
        for caller in CALLERS
        if not fits((answer := await walk.call(route, caller)), expected := expectation(route, caller))
    ]
    with capsys.disabled():
        print(f"\n{len(ROUTES)} routes x {len(CALLERS)} callers: {len(ROUTES) * len(CALLERS)} cells")  # noqa: T201
    assert wrong == []


def expectation(route: Route, caller: Caller) -> str:
    if not caller.may(route):
        return "401" if caller.role is None else "403"
    foreign = caller.organisation != "Committee" and (route.method, route.path) not in PUBLIC_THINGS
    return "404" if foreign and route.names_a_thing else "in"


def fits(answer: Response, expected: str) -> bool:
    if expected == "in":
        return answer.status_code not in {401, 403} and answer.status_code < 500
    problem = answer.headers["content-type"].startswith("application/problem+json")
    return problem and str(answer.status_code) == expected


class Walk:
    """Calls routes; what a path names is made when it is needed, and anew when a call has spent it."""

    def __init__(self, app: FastAPI, database: Database) -> None:
        self._app = app
        self._database = database
        self._people: dict[Caller, uuid.UUID] = {}
        self._tokens: dict[Caller, str] = {}
        self._kept: dict[Caller, dict[str, str]] = {}
        self._printed: dict[str, str] = {}

    async def call(self, route: Route, caller: Caller) -> Response:
        token = await self._token(caller)
        if route.path == "/api/v1/auth/token":  # signing out spends it
            self._tokens.pop(caller, None)
        owner = Caller(Role.OWNER)
        whose = caller if caller.role and caller.organisation == owner.organisation else owner
        things = self._kept.setdefault(whose, dict(ANYWHERE))
        for parameter in re.findall(r"\{(\w+)\}", route.path):
            await self._see_to(name_of(route, parameter), things, whose)
        path = re.sub(r"\{(\w+)\}", lambda found: things[name_of(route, found[1])], route.path)
        async with bearing(self._app, token) as client:
            last = route.path.rpartition("/")[2]
            body = None if route.method == "GET" else BODIES.get(last, {})
            answer = await client.request(route.method, path, json=body, params=QUERIES.get(last))
        if answer.is_success and route.method != "GET":
            del self._kept[whose]
        return answer

    async def _see_to(self, name: str, things: dict[str, str], whose: Caller) -> None:
        """Let there be one of this name, of our organisation: hidden from the public; what is personal, of `whose`."""
        if name in things:
            return
        if name in {"session_id", "key_id"}:
            things[name] = str(await self._add(whose, by_key=name == "key_id"))
            return
        async with bearing(self._app, await self._token(Caller(Role.OWNER))) as owner:
            if name in {"organiser_id", "invitation_id"}:
                things[name] = await self._somebody(owner, invited=name == "invitation_id")
            elif name in {"run_id", "letter_id", "webhook_id"}:
                things |= await self._one_printed(owner)
            else:
                if "campaigns" not in things:
                    things |= await self._hidden(owner)
                if name in MADE:
                    things[name] = await self._made(owner, name, things)

    async def _somebody(self, owner: AsyncClient, *, invited: bool) -> str:
        """Add a colleague, or invite one."""
        address = f"{uuid.uuid4().hex}@example.org"
        if not invited:
            return await person(self._database, address, role=Role.EDITOR)
        return str((await post(owner, "/organisers", {"email": address, "role": "editor"}, status=202))["id"])

    async def _hidden(self, owner: AsyncClient) -> dict[str, str]:
        """Make a campaign, a prisoner and an office."""
        slug = f"x{uuid.uuid4().hex[:12]}"
        await post(owner, "/prisoners", prisoner(slug=slug, consent="none"))
        made = await post(owner, "/officials", office())
        await post(owner, "/campaigns", campaign(slug=slug, prisoners=[slug], offices=[made["id"]]))
        return {"campaigns": slug, "prisoners": slug, "office_id": made["id"]}

    async def _made(self, owner: AsyncClient, name: str, things: dict[str, str]) -> str:
        place, body = MADE[name]
        place = place.format(**things)
        if body:
            answer = await post(owner, place, body)
        if name in LISTED:
            answer = (await get(owner, place))["items"][0]
        return str(answer["id"])

    async def _one_printed(self, owner: AsyncClient) -> dict[str, str]:
        """Make, once, a letter, its print run and a webhook: what is done to them may be refused the second time."""
        if not self._printed:
            by_post = office(channels=["post"], postal_address="Main Street 1\n220030 Exampletown")
            await published(owner, offices=[by_post], embassies_of=[])
            await write(owner)
            run = await post(owner, "/campaigns/free-ada/print-runs", {})
            letters = await get(owner, "/letters")
            hook = await post(owner, "/webhooks", {"url": "https://example.org/", "topics": ["campaign.closed"]})
            self._printed = {"run_id": run["id"], "letter_id": letters["items"][0]["id"], "webhook_id": hook["id"]}
        return self._printed

    async def _token(self, caller: Caller) -> str | None:
        if caller.role is None or caller in self._tokens:
            return self._tokens.get(caller)
        token = self._tokens[caller] = access.new_token(access.KEY_PREFIX if caller.by_key else access.SESSION_PREFIX)
        await self._add(caller, by_key=caller.by_key, token=token)
        return token

    async def _add(self, caller: Caller, *, by_key: bool, token: str = "") -> uuid.UUID:
        assert caller.role
        if caller not in self._people:
            email = f"p{len(self._people)}@{caller.role.value}.example.org"
            made = await person(self._database, email, role=caller.role, organisation=caller.organisation)
            self._people[caller] = uuid.UUID(made)
        organiser_id, digest = self._people[caller], digest_of_key(token or uuid.uuid4().hex)
        until = now() + timedelta(hours=1)
        row = (
            ApiKey(organiser_id=organiser_id, scope=Role.OWNER, digest=digest, expires_at=until)
            if by_key
            else OrganiserSession(organiser_id=organiser_id, digest=digest, expires_at=until)
        )
        async with self._database.transaction() as session:
            session.add(row)
        return row.id


def name_of(route: Route, parameter: str) -> str:
    """Return under which name the walk keeps what stands for a part of a path."""
    return re.split("[/{]", route.path)[3] if parameter == "slug" else parameter
