"""What an invariant came to."""

from dataclasses import dataclass, field

SHOWN = 5  # of the faults that are found


@dataclass
class Verdict:
    """It holds if nothing is against it."""

    name: str
    counts: str
    against: list[str] = field(default_factory=list)
    skipped: bool = False

    @property
    def holds(self) -> bool:
        return not self.against

    def __str__(self) -> str:
        word = "SKIPPED" if self.skipped else "holds" if self.holds else "BROKEN"
        more = [f"      {each}" for each in self.against[:SHOWN]]
        if len(self.against) > SHOWN:
            more.append(f"      … and {len(self.against) - SHOWN} more")
        return "\n".join([f"{self.name:<34} {word:<8} {self.counts}", *more])
