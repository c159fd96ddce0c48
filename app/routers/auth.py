"""An organiser's own way in: sessions, password, second factor, API keys."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    NEVER_KEPT,
    AccessDep,
    DatabaseDep,
    IdPath,
    KeysDep,
    LinkPath,
    NetworkDep,
    PasswordsDep,
    ReaderDep,
    SessionDep,
    SignedInDep,
)
from app.models.account import (
    Me,
    PasswordUpdate,
    RecoveryCodes,
    ResetPassword,
    ResetRequest,
    SecondFactorBegin,
    SecondFactorConfirm,
    SecondFactorOffer,
    SecondFactorRemove,
    SignIn,
)
from app.models.api_key import ApiKeyCreate, ApiKeyPublic, ApiKeyShown
from app.models.organiser_session import OrganiserSessionPublic, TokenShown
from app.pagination import Page, PageRequest
from app.services.team import account_links, accounts, api_keys, second_factor, signing_in

router = APIRouter(prefix="/auth", tags=["auth"], route_class=StrictRoute, dependencies=[NEVER_KEPT])


@router.post("/token", dependencies=[ANYONE])
async def sign_in(
    body: SignIn, database: DatabaseDep, keys: KeysDep, passwords: PasswordsDep, network: NetworkDep
) -> TokenShown:
    """Sign in for eight hours. 401 `second-factor`: send the code as `otp` too."""
    return await signing_in.sign_in(database, keys, passwords, body, network=network)


@router.delete("/token", status_code=status.HTTP_204_NO_CONTENT)
async def sign_out(access: SignedInDep, session: SessionDep) -> None:
    """End the session that asks."""
    await signing_in.end(session, access, access.session_id)


@router.get("/me")
async def read_me(access: AccessDep, session: ReaderDep) -> Me:
    """Tell who asks, and what they may do with what they sent."""
    return await accounts.me(session, access)


@router.get("/sessions")
async def list_sessions(
    access: SignedInDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[OrganiserSessionPublic]:
    """List your own sessions that are live."""
    return query.page(await signing_in.listed(session, access))


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
async def end_session(session_id: IdPath, access: SignedInDep, session: SessionDep) -> None:
    """End one of your sessions, from this instant."""
    await signing_in.end(session, access, session_id)


@router.put("/password", status_code=status.HTTP_204_NO_CONTENT)
async def change_password(
    body: PasswordUpdate, access: SignedInDep, database: DatabaseDep, keys: KeysDep, passwords: PasswordsDep
) -> None:
    """Choose another password. You are signed out everywhere; API keys stay."""
    await accounts.change_password(database, keys, passwords, access, body)


@router.post("/password-resets", status_code=status.HTTP_202_ACCEPTED, dependencies=[ANYONE])
async def request_reset(body: ResetRequest, session: SessionDep, keys: KeysDep, network: NetworkDep) -> None:
    """Ask for a link to choose a new password. The answer is the same whether or not the address is known."""
    await account_links.request_reset(session, keys, body, network=network)


@router.post("/password-resets/{token}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[ANYONE])
async def reset_password(
    token: LinkPath, body: ResetPassword, database: DatabaseDep, keys: KeysDep, passwords: PasswordsDep
) -> None:
    """Choose a new password by the link in the mail."""
    await account_links.reset(database, keys, passwords, token, body)


@router.post("/second-factor")
async def begin_second_factor(
    body: SecondFactorBegin, access: SignedInDep, database: DatabaseDep, keys: KeysDep, passwords: PasswordsDep
) -> SecondFactorOffer:
    """Get a secret for an authenticator app. It is asked for only after you have shown a code of it."""
    return await second_factor.begin(database, keys, passwords, access, body)


@router.put("/second-factor")
async def confirm_second_factor(
    body: SecondFactorConfirm, access: SignedInDep, session: SessionDep, keys: KeysDep
) -> RecoveryCodes:
    """Show a code; from now on, signing in asks for one. The recovery codes are shown this once."""
    return await second_factor.confirm(session, keys, access.organiser, body)


@router.post("/second-factor/removal", status_code=status.HTTP_204_NO_CONTENT)
async def remove_second_factor(
    body: SecondFactorRemove, access: SignedInDep, database: DatabaseDep, keys: KeysDep, passwords: PasswordsDep
) -> None:
    """Ask for no codes any more. That takes the password and a code, or a recovery code."""
    await second_factor.remove(database, keys, passwords, access, body)


@router.get("/keys")
async def list_keys(
    access: SignedInDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[ApiKeyPublic]:
    """List your API keys; to an owner, all of the organisation. The keys themselves are not kept."""
    return query.page(await api_keys.listed(session, access.organiser))


@router.post("/keys", status_code=status.HTTP_201_CREATED)
async def create_key(body: ApiKeyCreate, access: SignedInDep, session: SessionDep) -> ApiKeyShown:
    """Make an API key. It is shown this once."""
    return await api_keys.create(session, access.organiser, body)


@router.delete("/keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_key(key_id: IdPath, access: SignedInDep, session: SessionDep) -> None:
    """Revoke an API key of yours, or as an owner one of your organisation, from this instant."""
    await api_keys.revoke(session, access.organiser, key_id)
