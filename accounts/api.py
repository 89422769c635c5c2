"""REST routes of accounts and sessions."""

import functools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import (
    gatekeeping,
    own_profile,
    profiles,
    recovery,
    selectors,
    serializers,
    services,
    shapes,
    signing_in,
)
from accounts.authentication import identity
from accounts.models import Session, User
from accounts.refusals import GuestsHaveNoPassword, WrongPassword
from core import limits, paging, personal_data
from core.fast_path import at_once
from core.idempotency import idempotent
from core.ids import UserId
from core.parsers import read
from core.refusals import Invalid
from core.shapes import Page
from core.views import AtDoor, OpenView


def _signed_in(result: services.SignedIn, status: int = 200) -> Response:
    body = shapes.SignedIn(
        user=selectors.brief(result.user), access=result.tokens.access, refresh=result.tokens.refresh
    )
    return Response(body, status=status)


def _sign_in(request: Request) -> services.SignedIn:
    return signing_in.sign_in(request._request, **read(serializers.Login, request.data))


class Register(OpenView):
    """Create an account and sign in. 409 `username_taken`, `email_taken`."""

    throttle_classes = (AtDoor,)
    door = limits.REGISTER

    @extend_schema(request=serializers.Registration, responses={201: shapes.SignedIn})
    @idempotent
    def post(self, request: Request) -> Response:
        body = read(serializers.Registration, request.data)
        return _signed_in(services.register(**body, device=signing_in.device(request._request)), status=201)


class Guest(OpenView):
    """Create a guest account, without e-mail and password. 409 `username_taken`."""

    throttle_classes = (AtDoor,)
    door = limits.GUEST

    @extend_schema(request=serializers.Guest, responses={201: shapes.SignedIn})
    @idempotent
    def post(self, request: Request) -> Response:
        body = read(serializers.Guest, request.data)
        return _signed_in(
            services.register_guest(**body, device=signing_in.device(request._request)), status=201
        )


class Login(OpenView):
    """Sign in with a username or e-mail. 401 `invalid_credentials`, 429 `locked_out`, `rate_limited`."""

    @extend_schema(request=serializers.Login, responses=shapes.SignedIn)
    def post(self, request: Request) -> Response:
        return _signed_in(_sign_in(request))


class Tokens(OpenView):
    """Sign in and return only the tokens. 401 `invalid_credentials`, 429 `locked_out`, `rate_limited`."""

    @extend_schema(request=serializers.Login, responses=shapes.TokenPair)
    def post(self, request: Request) -> Response:
        return Response(_sign_in(request).tokens)


class RefreshTokens(OpenView):
    """Exchange a refresh token for a new pair. A refresh token is valid once; reuse ends the session.

    401 `token_invalid`, `token_expired`, `token_reused`, `session_ended`.
    """

    @extend_schema(request=serializers.Refresh, responses=shapes.TokenPair)
    def post(self, request: Request) -> Response:
        return Response(services.rotate(**read(serializers.Refresh, request.data)).tokens)


class Logout(APIView):
    """End the session: its tokens are rejected and its sockets closed."""

    @extend_schema(request=serializers.Logout, responses={204: None})
    def post(self, request: Request) -> Response:
        read(serializers.Logout, request.data)
        services.end_session(user_id=identity(request).user_id, session_id=identity(request).session_id)
        return Response(status=204)


class Upgrade(APIView):
    """Turn the calling guest into a full account that keeps everything it owns.

    409 `not_a_guest`, `username_taken`, `email_taken`.
    """

    throttle_classes = (AtDoor,)
    door = limits.UPGRADE

    @extend_schema(request=serializers.Registration, responses=shapes.SignedIn)
    def post(self, request: Request) -> Response:
        body = read(serializers.Registration, request.data)
        user = selectors.user(request)
        return _signed_in(services.upgrade(user=user, session_id=identity(request).session_id, **body))


class Ticket(APIView):
    """Issue a ticket that opens one socket, for browsers, which cannot send headers with it."""

    throttle_classes = (AtDoor,)
    door = limits.TICKET

    @extend_schema(request=None, responses=shapes.Ticket)
    def post(self, request: Request) -> Response:
        return Response(
            shapes.Ticket(
                ticket=gatekeeping.issue_ticket(identity(request)), expires_in=gatekeeping.TICKET_TTL_S
            )
        )


class Profile(APIView):
    """The caller's own account."""

    @extend_schema(responses=shapes.OwnProfile)
    @at_once(own_profile.at_once)
    def get(self, request: Request) -> HttpResponse:
        user_id = identity(request).user_id
        body = own_profile.cached(user_id) or own_profile.cache(user_id, lambda: selectors.user(request))
        return HttpResponse(body, content_type="application/json")


class Me(Profile):
    """The caller's own account."""

    @extend_schema(
        description="Change it; another e-mail needs the password. 403 `wrong_password`, "
        "409 `username_taken`, `email_taken`, `upgrade_first` (a guest has none), 429 `locked_out`, "
        "`rate_limited`.",
        request=serializers.ProfileChanges,
        responses=shapes.OwnProfile,
    )
    def patch(self, request: Request) -> Response:
        changes = read(serializers.ProfileChanges, request.data)
        password = changes.pop("password", "")
        user = selectors.user(request)
        if user.is_guest and "email" in changes:
            raise GuestsHaveNoPassword("Upgrade the guest account to give it an e-mail.")
        if changes.get("email", user.email) != user.email:
            _require_password(request, user, password)
        user = services.change_profile(user=user, changes=changes)
        return Response(selectors.own_profile(user))

    @extend_schema(
        description="Erase it permanently. The body is `{password}`; guests send none. 403 `wrong_password`, "
        "422 `invalid`, 429 `locked_out`, `rate_limited`.",
        request=serializers.Erasure,
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        password = read(serializers.Erasure, request.data).get("password", "")
        user = selectors.user(request)
        if not user.is_guest:
            _require_password(request, user, password)
        services.erase(user)
        return Response(status=204)


def _require_password(request: Request, user: User, password: str) -> None:
    if not password:
        raise Invalid("The password is needed.", details={"password": ["This field is required."]})
    if signing_in.verify(request._request, user.username, password) is None:
        raise WrongPassword("This is not your password.")


class Password(APIView):
    """Change the password and sign out every other device.

    403 `wrong_password`, 409 `upgrade_first` (guests have none), 429 `locked_out`, `rate_limited`.
    """

    @extend_schema(request=serializers.PasswordChange, responses={204: None})
    def post(self, request: Request) -> Response:
        body = read(serializers.PasswordChange, request.data)
        user = selectors.user(request)
        if user.is_guest:
            raise GuestsHaveNoPassword("Upgrade the guest account to give it a password.")
        _require_password(request, user, body["old_password"])
        services.change_password(
            user=user, password=body["new_password"], session_id=identity(request).session_id
        )
        return Response(status=204)


class RequestVerification(APIView):
    """Send a code that verifies the caller's e-mail address.

    409 `already_verified`, `upgrade_first` (guests have no address).
    """

    throttle_classes = (AtDoor,)
    door = limits.EMAIL_CODE

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        recovery.request_verification(selectors.user(request))
        return Response(status=204)


class VerifyEmail(APIView):
    """Verify the caller's e-mail address with the code that was sent to it. 403 `code_invalid`."""

    throttle_classes = (AtDoor,)
    door = limits.EMAIL_CODE

    @extend_schema(request=serializers.EmailCode, responses={204: None})
    def post(self, request: Request) -> Response:
        recovery.verify_email(selectors.user(request), **read(serializers.EmailCode, request.data))
        return Response(status=204)


class RequestReset(OpenView):
    """Send a link to set a new password. The answer does not reveal whether the address has an account."""

    throttle_classes = (AtDoor,)
    door = limits.PASSWORD_RESET

    @extend_schema(request=serializers.ResetRequest, responses={204: None})
    def post(self, request: Request) -> Response:
        recovery.request_reset(read(serializers.ResetRequest, request.data)["email"])
        return Response(status=204)


class ResetPassword(OpenView):
    """Set a new password with the token from a mail, and sign out everywhere. 403 `reset_invalid`."""

    throttle_classes = (AtDoor,)
    door = limits.PASSWORD_RESET

    @extend_schema(request=serializers.PasswordReset, responses={204: None})
    def post(self, request: Request) -> Response:
        body = read(serializers.PasswordReset, request.data)
        recovery.reset_password(token=body["token"], password=body["new_password"])
        return Response(status=204)


class Sessions(APIView):
    """The sessions in which the caller is signed in, newest first."""

    @extend_schema(parameters=paging.PAGE_PARAMETERS, responses=Page[shapes.DeviceSession])
    def get(self, request: Request) -> Response:
        def show(sessions: Iterable[Session]) -> list[shapes.DeviceSession]:
            return selectors.shown_sessions(sessions, current=identity(request).session_id)

        sessions = selectors.open_sessions().filter(user_id=identity(request).user_id)
        return paging.page(self, sessions, ordering="-created_at", show=show)


class OneSession(APIView):
    """Sign out one of the caller's devices."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: int) -> Response:
        services.end_session(user_id=identity(request).user_id, session_id=session_id)
        return Response(status=204)


class Export(APIView):
    """All data about the caller stored on the server."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        body: dict[str, Any] = {
            "exported_at": datetime.now(UTC),
            **dict(personal_data.export(identity(request).user_id)),
        }
        headers = {"Content-Disposition": f'attachment; filename="{identity(request).username}.json"'}
        return Response(body, headers=headers)


class Users(APIView):
    """Public profiles, searchable by part of the name."""

    throttle_classes = (AtDoor,)
    door = limits.SEARCH

    @extend_schema(
        operation_id="api_users_list",
        parameters=[
            OpenApiParameter("search", str, description="Part of the name"),
            OpenApiParameter("username", str, description="The whole name, in place of `search`"),
            *paging.PAGE_PARAMETERS,
        ],
        responses=Page[shapes.PublicProfile],
    )
    def get(self, request: Request) -> Response:
        name = request.query_params.get("username")
        if name is None:
            users = selectors.search(request.query_params.get("search", "")[:100])
        else:
            users = selectors.named(name)
        show = functools.partial(profiles.public, viewer_id=identity(request).user_id)
        return paging.page(self, users, ordering="id", show=show)


class OneUser(APIView):
    """One public profile."""

    @extend_schema(responses=shapes.PublicProfile)
    def get(self, request: Request, user_id: UserId) -> Response:
        found = profiles.public([selectors.by_id(user_id)], viewer_id=identity(request).user_id)
        return Response(found[0])
