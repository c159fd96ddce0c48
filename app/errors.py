"""Everything that goes wrong on purpose. Knows no HTTP framework: a status and a title are enough to tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: `pointer` is a JSON Pointer into the body, or `?name` for a query parameter."""

    pointer: str
    detail: str


class UnsilencedError(Exception):
    """The root of every error that is meant to be read by a person."""

    kind: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    retry_after: int | None = None  # seconds

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class NotFound(UnsilencedError):
    kind = "not-found"
    status = 404
    title = "There is nothing here"


class Unauthorized(UnsilencedError):
    kind = "unauthorized"
    status = 401
    title = "Please say who you are"


class SecondFactor(Unauthorized):
    """The password is right, and a code is asked for besides."""

    kind = "second-factor"
    title = "A second factor is needed"


class Forbidden(UnsilencedError):
    kind = "forbidden"
    status = 403
    title = "Your role does not allow this"


class Conflict(UnsilencedError):
    kind = "conflict"
    status = 409
    title = "This does not fit what is already there"


class NeedsReview(Conflict):
    """Somebody else has to read it first."""

    kind = "needs-review"
    title = "A second person has to approve this"


class OwnChange(Conflict):
    kind = "own-change"
    title = "Nobody approves what they wrote themselves"


class Closed(UnsilencedError):
    """A gate is shut: this may not be written now. `detail` says why, in words for a supporter."""

    kind = "closed"
    status = 409
    title = "Nobody can write here at the moment"

    def __init__(self, detail: str, *, reason: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Gone(UnsilencedError):
    kind = "gone"
    status = 410
    title = "This link has run out"


class Stale(UnsilencedError):
    kind = "stale"
    status = 412
    title = "Somebody changed this before you"


class Invalid(UnsilencedError):
    kind = "invalid"
    status = 422
    title = "Something in the request needs mending"


class NotPublishable(UnsilencedError):
    """`errors` lists everything that is missing, so that it can be mended in one go."""

    kind = "not-publishable"
    status = 422
    title = "The campaign is not ready to be published"


class TooMany(UnsilencedError):
    """Tried too often. `retry_after` differs from one time to the next."""

    kind = "too-many"
    status = 429
    title = "This was tried too often"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Busy(UnsilencedError):
    kind = "busy"
    status = 503
    title = "Please try again in a moment"
    retry_after = 2


class StaleSchema(UnsilencedError):
    """The database was made by another edition of Unsilenced."""

    kind = "stale-schema"
    title = "The database needs a migration"


def invalid(pointer: str, detail: str) -> Invalid:
    """Return the refusal of one field."""
    return Invalid("One field needs mending.", errors=[FieldError(pointer, detail)])
