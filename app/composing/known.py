"""What a text may say of prisoners, office and campaign: a value, made for one letter in one language."""

from dataclasses import dataclass, field, fields

from app.composing.names import Name


@dataclass(frozen=True, slots=True)
class Person:
    """A prisoner, as a language speaks of them. None is what nobody has stored in it."""

    name: Name
    occupation: str | None = None
    place: str | None = None
    charges: str | None = None
    sentence: str | None = None
    health: str | None = None
    born_on: str | None = None
    detained_on: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """The office written to."""

    title: str
    institution: str | None = None


@dataclass(frozen=True, slots=True)
class Appeal:
    """The campaign."""

    title: str
    code: str


@dataclass(frozen=True, slots=True)
class Known:
    """All that a text may say. `prisoner` is the first of `prisoners`; `names` are all of theirs, joined."""

    names: Name
    plural: bool
    urgent: bool
    country: str
    prisoner: Person
    prisoners: tuple[Person, ...]
    office: Post
    campaign: Appeal
    has: frozenset[str] = field(init=False, compare=False)
    _hash: int = field(init=False, compare=False, repr=False)  # texts are kept by it, and it goes deep

    def __post_init__(self) -> None:
        object.__setattr__(self, "has", self._has())
        object.__setattr__(self, "_hash", hash((self.names, self.country, self.prisoners, self.office, self.campaign)))

    def __hash__(self) -> int:
        return self._hash

    def _has(self) -> frozenset[str]:
        """What can be said of every prisoner and of the office: case forms and facts, by name."""
        facts = [fact for fact in PERSONAL if all(getattr(prisoner, fact) is not None for prisoner in self.prisoners)]
        return frozenset(
            [*facts, *(case for case, _ in self.names.forms), *(["institution"] if self.office.institution else [])]
        )


PERSONAL = tuple(field.name for field in fields(Person))
PLACEHOLDERS = frozenset(
    [
        *("names", "plural", "urgent", "country"),
        *(f"prisoner.{fact}" for fact in PERSONAL),
        *(f"office.{field.name}" for field in fields(Post)),
        *(f"campaign.{field.name}" for field in fields(Appeal)),
    ]
)
OPTIONAL = frozenset([*PERSONAL, "institution"]) - {"name"}  # a text that says one of these is passed over without it
