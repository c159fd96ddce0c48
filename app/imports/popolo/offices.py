"""One office out of Popolo's pieces: its title, its holder of today, and the ways to reach it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from app.imports.popolo import mending
from app.imports.popolo.model import Contact, Membership, Organization, Person, Popolo, Post, Thing
from app.imports.report import Fault
from app.imports.rows import Row

TWO_HOLDERS = "Two memberships of this post are in force at once. Give the one that has ended its `end_date`."
NO_PERSON = "This membership names a person who is not in the file."
NO_WAY = (
    "There is no way to reach this office. Give the post, the membership or the organization `contact_details` "
    "of the type email, address or web_form."
)
NO_ID = "A post needs an `id`; a membership without one needs `person_id` and `organization_id`."
EMAILS, ADDRESSES, FORMS = {"email", "e-mail", "mail"}, {"address", "postal", "post"}, {"web_form", "contact_form"}


@dataclass(frozen=True, slots=True)
class Seat:
    """A post with the memberships in force; or, without a post, the seat of one member."""

    id: str | None
    post: Post | None
    memberships: list[Membership]


class File:
    """The whole file, by ids."""

    def __init__(self, found: Popolo, today: str, language: str) -> None:
        self.language = language
        self._found = found
        self._today = today
        self._persons = {each.id: each for each in found.persons if each.id}
        self._organizations = {each.id: each for each in found.organizations if each.id}

    def seats(self) -> Iterator[Seat]:
        """Yield every post, filled or not, then the seats of members in force who hold none."""
        current = [each for each in self._found.memberships if not mending.is_over(each.end_date, self._today)]
        posts = {each.id for each in self._found.posts}
        held, loose = defaultdict(list), {}
        for each in current:
            if each.post_id in posts:
                held[each.post_id].append(each)
            else:
                loose[_seat_id(each)] = each  # the last term of the same seat
        for post in self._found.posts:
            yield Seat(post.id, post, held[post.id] if post.id else [])
        for seat_id, membership in loose.items():
            yield Seat(seat_id, None, [membership])

    def person(self, membership: Membership) -> Person | None:
        return self._persons.get(membership.person_id or "")

    def organization(self, seat: Seat) -> Organization | None:
        named = [seat.post.organization_id if seat.post else None, *(each.organization_id for each in seat.memberships)]
        return next((self._organizations[each] for each in named if each in self._organizations), None)


def office(file: File, seat: Seat, row: Row) -> None:
    """Put into a row what is known of the office, or what is wrong with it."""
    if not seat.id:
        row.faults.append(Fault("external_id", NO_ID))
        return
    organization = file.organization(seat)
    role = next((each for each in _titles(seat) if each), "")
    row.values |= {
        "external_id": seat.id,
        "kind": mending.kind(role, organization.classification if organization else None),
    }
    if role:
        row.values["title"] = {file.language: role}
    if organization and organization.name:
        row.values["institution"] = {file.language: organization.name}
    _holder(file, seat, row)
    _reach(file, seat, organization, row)


def _titles(seat: Seat) -> Iterator[str | None]:
    post = seat.post
    yield from (post.label, post.role, post.name) if post else ()
    for each in seat.memberships:
        yield from (each.label, each.role)


def _holder(file: File, seat: Seat, row: Row) -> None:
    if len({each.person_id for each in seat.memberships}) > 1:
        row.faults.append(Fault("holder", TWO_HOLDERS))
    if not seat.memberships or row.faults:
        return
    membership = seat.memberships[-1]
    person = file.person(membership)
    if person is None or not person.name:
        row.faults.append(Fault("holder", NO_PERSON))
        return
    name, notes = mending.name(person.name)
    since, more = mending.day(membership.start_date)
    row.notes += notes + more
    told = {"name": name, "external_id": person.id, "gender": mending.gender(person.gender), "since": since}
    if person.family_name:
        told["surname"], _ = mending.name(person.family_name)
    row.values["holder"] = {field: value for field, value in told.items() if value}


def _reach(file: File, seat: Seat, organization: Organization | None, row: Row) -> None:
    """Take the ways of the piece that is nearest to the office and has any."""
    persons = [person for each in seat.memberships if (person := file.person(each))]
    nearest: list[Thing | None] = [seat.post, *seat.memberships, *persons, organization]
    for thing in nearest:
        if thing and (channels := _ways(thing.ways(), row)):
            row.values["channels"] = channels
            return
    row.faults.append(Fault("channels", NO_WAY))


def _ways(contacts: list[Contact], row: Row) -> list[str]:
    emails: dict[str, None] = {}
    for contact in contacts:
        kind, value = (contact.type or "").casefold(), contact.value or ""
        if kind in EMAILS:
            for address, notes in mending.addresses(value):
                row.notes += notes
                emails |= {address: None} if address else {}
        elif kind in ADDRESSES and value.strip():
            row.values.setdefault("postal_address", value)
        elif kind in FORMS and value.startswith("https://"):
            row.values.setdefault("web_form_url", value.strip())
    if emails:
        row.values["emails"] = [{"address": address} for address in emails]
    ways = {"email": "emails", "post": "postal_address", "web_form": "web_form_url"}
    return [channel for channel, field in ways.items() if field in row.values]


def _seat_id(membership: Membership) -> str | None:
    parts = [membership.organization_id, membership.role, membership.person_id]
    return "/".join(filter(None, parts)) if membership.person_id and membership.organization_id else membership.id
