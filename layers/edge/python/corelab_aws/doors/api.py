"""An API door: a resolver with validation, problem JSON for every failure, and the caller behind the request.

Errors are problem JSON (RFC 9457) with our stable code. Nothing unexpected is shown to the caller or logged
with its message: a message may hold what it was made from.

A refusal of a signed-in caller is an entry of the ledger (`corelab.access.refusals`). That the entry could
not be written never changes the answer; it is measured, and there is an alarm.
"""

import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from corelab import __version__
from corelab.access.errors import NotSignedIn, SiteNotCovered
from corelab.access.model import Access, SignedIn
from corelab.access.refusals import enter_refusal
from corelab.access.service import authorize
from corelab.kernel import errors
from corelab.kernel.ids import PersonId, SiteId, TrialId, derived_id
from corelab.kernel.write_path import Command, Kind, Store, find
from corelab_aws.clock import now
from corelab_aws.ledger.measures import measure
from corelab_aws.outages import is_outage
from corelab_aws.settings import setting

PROBLEM = "application/problem+json"
LONGEST_KEY = 128
AWAY = (
    "A storage that this needs does not answer. Nothing is lost and nothing is half done: repeat in some "
    "minutes with the same Idempotency-Key."
)
STATUS: Mapping[type[errors.CorelabError], HTTPStatus] = {  # the first that fits
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.VersionConflict: HTTPStatus.CONFLICT,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.AlreadyThere: HTTPStatus.CONFLICT,
    errors.SignedOtherVersion: HTTPStatus.CONFLICT,
    errors.IllegalMove: HTTPStatus.CONFLICT,
    errors.InvalidInput: HTTPStatus.BAD_REQUEST,
    errors.OverLimit: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.WrongMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.CorelabError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class SiteOwned(Protocol):
    """An aggregate that belongs to a site."""

    @property
    def site(self) -> SiteId:
        """Whose it is."""


OfSite = TypeVar("OfSite", bound=SiteOwned)


class KeyMissing(errors.InvalidInput):
    """A request that changes something names no Idempotency-Key."""

    code = "ACC-407"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asked for: an entry needs it when the answer is no."""

    store: Store
    operation: str
    trial: TrialId | None


class Api(APIGatewayRestResolver):
    """The resolver of one room's door.

    Parameters
    ----------
    room : str
        Names the logger and the OpenAPI tag.
    """

    def __init__(self, room: str) -> None:
        super().__init__(
            enable_validation=True,
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,  # our bug, not the caller's
        )
        self.room = room
        self.logger = Logger(service=room)
        self.exception_handler(RequestValidationError)(self._invalid)
        self.exception_handler(RequestUnsupportedContentType)(self._not_json)
        self.exception_handler(errors.CorelabError)(self._refused)
        self.exception_handler(Exception)(self._broken)
        self.not_found()(self._unknown)

    def signed_in(self) -> SignedIn:
        """Who the gateway's authorizer verified.

        The authorizer takes every token of the pool; here only an ID token of our own client is one.

        Raises
        ------
        NotSignedIn
            No verified claims came with the request, or another kind of token's.
        """
        claims = self._claims()
        if (claims.get("token_use"), claims.get("aud")) != ("id", setting("USER_POOL_CLIENT")):
            raise NotSignedIn("Sign in: the API takes the ID token of its own client.")
        groups = str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split()
        try:
            return SignedIn(
                person=PersonId(claims["sub"]),
                session=str(claims.get("origin_jti") or claims.get("event_id") or claims.get("jti") or ""),
                issued_at=_claimed_moment(claims["iat"]),
                signed_in_at=_claimed_moment(claims["auth_time"]),
                is_admin="ADMIN" in groups,
            )
        except (KeyError, ValueError) as error:
            raise NotSignedIn("Sign in: the request carries no verified identity.") from error

    def authorize(
        self, store: Store, operation: str, *, trial: str | None = None, site: str | None = None
    ) -> Access:
        """Permission for this request (`corelab.access.service.authorize`)."""
        self.asks(store, operation, trial=trial)
        return authorize(
            store,
            signed_in=self.signed_in(),
            operation=operation,
            trial=None if trial is None else TrialId(trial),
            site=None if site is None else SiteId(site),
        )

    def asks(self, store: Store, operation: str, *, trial: str | None = None) -> None:
        """Remember what this request asks for, so that a refusal can be entered."""
        asked = Asked(store=store, operation=operation, trial=None if trial is None else TrialId(trial))
        self.context["asked"] = asked  # until the answer is made

    def must_cover(self, access: Access, site: SiteId, *, otherwise: errors.CorelabError) -> None:
        """Let nobody see what is another site's.

        Raises
        ------
        CorelabError
            `otherwise`: what a caller gets where there is nothing, so that a stranger cannot tell. The entry
            says what it was.
        """
        if not access.covers(site):
            self.context["concealed"] = SiteNotCovered.code
            raise otherwise

    def seen(
        self,
        store: Store,
        operation: str,
        kind: Kind[OfSite],
        *,
        trial: str,
        id: str,
        nothing: errors.NotFound,
    ) -> tuple[Access, OfSite]:
        """Permission for this request, and the aggregate of a site that it is about.

        Raises
        ------
        NotFound
            `nothing`: there is none, or it is another site's; a stranger cannot tell which.
        """
        access = self.authorize(store, operation, trial=trial)
        found = find(store, kind, trial=TrialId(trial), id=id)
        if found is None:
            raise nothing
        self.must_cover(access, found.state.site, otherwise=nothing)
        return access, found.state

    def command(
        self,
        access: Access,
        operation: str,
        *,
        trial: str,
        charter: str | None = None,
        reason: str | None = None,
        is_key_optional: bool = False,
    ) -> Command:
        """Command of this request: its id is the person's Idempotency-Key, so a repeat is the same command.

        Parameters
        ----------
        is_key_optional : bool
            Without a key the gateway's name of the request is taken: a repeat is then another command.

        Raises
        ------
        KeyMissing
            The header is absent or unusable.
        """
        key = self.current_event.headers.get("Idempotency-Key") or ""
        if is_key_optional and not key:
            key = self.current_event.request_context.request_id or ""
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            raise KeyMissing("Send an Idempotency-Key header: a fresh text of at most 128 characters.")
        return Command(
            id=derived_id("cmd", trial, access.actor.subject, operation, key),
            trial=TrialId(trial),
            actor=access.actor,
            now=now(),
            software=__version__,
            charter=charter,
            reason=reason,
        )

    def _claims(self) -> Mapping[str, Any]:
        context = self.current_event.raw_event.get("requestContext") or {}
        claims = (context.get("authorizer") or {}).get("claims")
        if not isinstance(claims, Mapping):
            raise NotSignedIn("Sign in: the request carries no verified identity.")
        return claims

    def _refused(self, error: errors.CorelabError) -> Response[str]:
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        self.logger.info("api.refused", extra={"code": error.code, "status": int(status)})
        concealed: str | None = self.context.get("concealed")
        if isinstance(error, errors.NotAllowed) or concealed:
            self._enter(concealed or error.code)
        return problem(status, code=error.code, detail=error.message, facts=error.facts)

    def _enter(self, code: str) -> None:
        """Enter the refusal of a signed-in caller; whatever happens here, the answer stays no."""
        asked: Asked | None = self.context.get("asked")
        try:
            if asked is None:
                return
            is_entered = enter_refusal(
                asked.store,
                signed_in=self.signed_in(),
                operation=asked.operation,
                trial=asked.trial,
                code=code,
                now=now(),
                software=__version__,
            )
            measure({"Refusals": 1, "RefusalsRepeated": 0 if is_entered else 1}, at=now())
        except NotSignedIn:
            return
        except Exception as error:  # noqa: BLE001 -- a door's own boundary: a refusal must not become a fault
            code = getattr(error, "code", type(error).__name__)
            self.logger.warning("api.refusal_not_entered", extra={"code": code})
            measure({"RefusalsNotEntered": 1}, at=now())

    def _invalid(self, error: RequestValidationError) -> Response[str]:
        places = [{"at": ".".join(map(str, item["loc"])), "what": item["msg"]} for item in error.errors()]
        detail = "The request does not have the shape that the API asks for; see `places`."
        return problem(HTTPStatus.BAD_REQUEST, code="ACC-400", detail=detail, facts={"places": places})

    def _not_json(self, _: Exception) -> Response[str]:
        detail = "Send the body as application/json."
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, code="ACC-415", detail=detail)

    def _broken(self, error: Exception) -> Response[str]:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        if is_outage(error):
            self.logger.error("api.outage", extra={"error": type(error).__name__, "where": where})
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, code="COR-503", detail=AWAY)
        self.logger.error("api.broken", extra={"error": type(error).__name__, "where": where})
        detail = "Something of ours broke; nothing is half done. Repeat with the same Idempotency-Key."
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, code="COR-500", detail=detail)

    def _unknown(self, _: Exception) -> Response[str]:
        return problem(HTTPStatus.NOT_FOUND, code="ACC-404", detail="There is no such address.")


def problem(
    status: HTTPStatus, *, code: str, detail: str, facts: Mapping[str, Any] | None = None
) -> Response[str]:
    """Problem JSON (RFC 9457)."""
    body = {"title": status.phrase, "status": int(status), "code": code, "detail": detail} | dict(facts or {})
    return Response(status_code=int(status), content_type=PROBLEM, body=json.dumps(body))


def _claimed_moment(claim: str | int) -> datetime:
    """Seconds since 1970, or API Gateway's rendering of them: `Tue Nov 24 05:11:48 UTC 2026`."""
    text = str(claim)
    if text.isdigit():
        return datetime.fromtimestamp(int(text), tz=UTC)
    return datetime.strptime(text, "%a %b %d %H:%M:%S %Z %Y").replace(tzinfo=UTC)
