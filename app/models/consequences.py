"""What a change of a prisoner does to campaigns and letters, told before or after it is saved."""

from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.campaign import CampaignStatus
from app.models.letter import Stage
from app.models.prisoner import PrisonerForOrganisers, PrisonerStatus


class Effect(StrEnum):
    """What becomes of a campaign."""

    STOP = "stop"
    STOP_AND_THANK = "stop_and_thank"
    PAUSE = "pause"
    GO_ON = "go_on"
    SHOW = "show"
    NEW_BRIEF = "new_brief"
    PUBLISH_AGAIN = "publish_again"
    NOTHING = "nothing"


IN_WORDS: dict[Effect, str] = {
    Effect.STOP: "The campaign is no longer public, and no letter about this person leaves.",
    Effect.STOP_AND_THANK: "Letters about this person are stopped, and those who wrote them are told.",
    Effect.PAUSE: "It is paused, for it is about others too. Letters that name this person are stopped, and those who "
    "wrote them are told. Take this person out, mend the texts, publish, and resume.",
    Effect.GO_ON: "Letters that wait about this person may leave again.",
    Effect.SHOW: "The campaign is public again, unless others in it have not agreed. Letters that wait may leave.",
    Effect.NEW_BRIEF: "The urgent texts lead from now on, by a new brief.",
    Effect.PUBLISH_AGAIN: "Letters go on, with the facts of the brief in force. Publish again to tell the new ones.",
    Effect.NOTHING: "Nothing changes for its letters.",
}


class CampaignTouched(SQLModel):
    """One campaign, and what becomes of it."""

    campaign: str = Field(description="Its slug.")
    status: CampaignStatus
    effect: Effect
    in_words: str
    letters: dict[Stage, int] = Field(description="Letters about this person that stop, by stage.")
    notices: int = Field(description="How many supporters are told by mail.")
    still_named_in: list[str] = Field(
        default_factory=list,
        description="Without consent to publicity: where its words still have a part of the name, such as `/title/en`. "
        "Read these, and mend them.",
    )


class Consequences(SQLModel):
    """What a change does. With `dry_run` nothing of it has happened."""

    saved: bool
    status_before: PrisonerStatus
    status: PrisonerStatus
    campaigns: list[CampaignTouched]
    cannot_undo: list[str] = Field(
        default_factory=list, description="What the event did before, and nobody can take back."
    )


class PrisonerChanged(PrisonerForOrganisers):
    """A prisoner after a change, and what the change has done."""

    campaigns: list[CampaignTouched] = Field(description="Each campaign that it touched, and what became of it.")
