"""The joint letter of all organisations that signed."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.bodies import StrictRoute
from app.dependencies import KeysDep, OwnCampaignDep, SessionDep
from app.models.joint_letter import JointLetterCreate, JointLetters
from app.services.endorsing import joint

router = APIRouter(prefix="/campaigns/{slug}/joint-letter", tags=["endorsements"], route_class=StrictRoute)


@router.post("")
async def start_joint_letter(
    campaign: OwnCampaignDep,
    body: JointLetterCreate,
    session: SessionDep,
    keys: KeysDep,
    dry_run: Annotated[bool, Query(description="Only show the letters, and how many have signed.")] = False,  # noqa: FBT002 - a query parameter
) -> JointLetters:
    """Write to each office, once in a round, in the name of all organisations that signed the campaign.

    Begin with a dry run: it shows every letter. Then send `endorsers`, the number that it tells. The letters travel
    like all others, are signed by those who stand on the list when they leave, and count as `kind` `joint`.
    """
    return await joint.start(session, keys, campaign, body, dry_run=dry_run)
