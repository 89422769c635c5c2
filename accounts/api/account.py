"""Routes to register, to sign in by password, and of the own account."""

import functools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import (
    avatars,
    bans,
    consent,
    gatekeeping,
    keys,
    own_profile,
    profiles,
    recovery,
    second_factor,
    selectors,
    serializers,
    services,
    shapes,
    signing_in,
)
from accounts.authentication import identity
from accounts.models import Session, User
from accounts.refusals import GuestsHaveNoPassword, WrongPassword
from core import client_address, limits, paging, personal_data
from core.fast_path import at_once
from core.idempotency import idempotent
from core.ids import UserId
from core.parsers import read, read_struct
from core.refusals import Invalid
from core.shapes import Page
from core.typed import typed
from core.views import AtDoor, OpenView


def signed_in(result: services.SignedIn, status: int = 200) -> Response:
    """Return the response to a sign-in."""
    body = shapes.SignedIn(
        user=selectors.brief(result.user), access=result.tokens.access, refresh=result.tokens.refresh
    )
    return Response(body, status=status)


def _sign_in(request: Request) -> services.SignedIn:
    return signing_in.sign_in(request._request, **read(serializers.Login, request.data))


class Register(OpenView):
    """Create an account and sign in. 403 `banned`, 409 `username_taken`, `email_taken`."""

    throttle_classes = (AtDoor,)
    door = limits.REGISTER

    @extend_schema(request=serializers.Registration, responses={201: shapes.SignedIn})
    @idempotent
    def post(self, request: Request) -> Response:
        body = read(serializers.Registration, request.data)
        bans.check_client(ip=client_address.of_request(request._request))
        return signed_in(services.register(**body, device=signing_in.device(request._request)), status=201)


class Guest(OpenView):
    """Create a guest account, without e-mail and password. 403 `banned`, 409 `username_taken`."""

    throttle_classes = (AtDoor,)
    door = limits.GUEST

    @extend_schema(request=serializers.Guest, responses={201: shapes.SignedIn})
    @idempotent
    def post(self, request: Request) -> Response:
        body = read(serializers.Guest, request.data)
        bans.check_client(ip=client_address.of_request(request._request))
        return signed_in(
            services.register_guest(**body, device=signing_in.device(request._request)), status=201
        )


class Login(OpenView):
    """Sign in with a username or e-mail.

    401 `invalid_credentials`, `mfa_required`, 403 `banned`, 429 `locked_out`, `rate_limited`.
    """

    @extend_schema(request=serializers.Login, responses=shapes.SignedIn)
    def post(self, request: Request) -> Response:
        return signed_in(_sign_in(request))


class Tokens(OpenView):
    """Sign in and return only the tokens.

    401 `invalid_credentials`, `mfa_required`, 403 `banned`, 429 `locked_out`, `rate_limited`.
    """

    @extend_schema(request=serializers.Login, responses=shapes.TokenPair)
    def post(self, request: Request) -> Response:
        return Response(_sign_in(request).tokens)


class RefreshTokens(OpenView):
    """Exchange a refresh token for a new pair. A refresh token is valid once; reuse ends the session.

    401 `token_invalid`, `token_expired`, `token_reused`, `session_ended`.
    """

    @extend_schema(request=serializers.Refresh, responses=shapes.TokenPair)
    def post(self, request: Request) -> Response:
        ip = client_address.of_request(request._request)
        return Response(services.rotate(**read(serializers.Refresh, request.data), ip=ip).tokens)


class JSONWebKeys(OpenView):
    """The public keys of tokens (RFC 7517); none if they are signed with a secret."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response({"keys": keys.jwks()}, headers={"Cache-Control": "public, max-age=300"})


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
        return signed_in(services.upgrade(user=user, session_id=identity(request).session_id, **body))


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
        description="Change it; another e-mail needs the password, and replaces a verified one once it is "
        "verified. 403 `wrong_password`, 409 `username_taken`, `email_taken`, `upgrade_first` (a guest has "
        "none), `made_elsewhere` (in another cell), 429 `locked_out`, `rate_limited`.",
        request=serializers.ProfileChanges,
        responses=shapes.OwnProfile,
    )
    def patch(self, request: Request) -> Response:
        changes = read(serializers.ProfileChanges, request.data)
        user = selectors.user(request)
        password = changes.pop("password", "")
        language = changes.pop("language", None)
        if user.is_guest and "email" in changes:
            raise GuestsHaveNoPassword("Upgrade the guest account to give it an e-mail.")
        if changes.get("email", user.email) != user.email:
            require_proof(request, user, password)
        # Nothing depends on an address that was never verified, so another takes its place at once.
        email = changes.pop("email", None) if user.email_verified_at else None
        if email is None:
            user = services.change_profile(user=user, changes=changes)
        else:
            with transaction.atomic():
                user = services.change_profile(user=user, changes=changes)
                recovery.request_address(user, email=email)
        if language is not None:
            services.choose_language(user, language=language)
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
        require_proof(request, user, password)
        services.erase(user)
        return Response(status=204)


def require_proof(request: Request, user: User, password: str) -> None:
    """Require the password, where there is one, and a fresh second factor, where there is one.

    Guests have neither. Raises ``WrongPassword``, ``ProofRequired`` or ``Invalid``.
    """
    if user.has_usable_password() and not user.is_guest:
        verify_password(request, user, password)
    second_factor.check_proof(user, session_id=identity(request).session_id)


def require_fresh(request: Request, user: User) -> None:
    """Require that the session has lately proven who the caller is. Raises ``ProofRequired``."""
    second_factor.check_fresh(user, session_id=identity(request).session_id)


def verify_password(request: Request, user: User, password: str) -> None:
    """Raise ``WrongPassword`` unless this is the caller's password, counting failures."""
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
        require_proof(request, user, body["old_password"])
        services.change_password(
            user=user, password=body["new_password"], session_id=identity(request).session_id
        )
        return Response(status=204)


class Sessions(APIView):
    """The sessions in which the caller is signed in, newest first."""

    @extend_schema(parameters=paging.PAGE_PARAMETERS, responses=Page[shapes.DeviceSession])
    def get(self, request: Request) -> Response:
        def show(sessions: Iterable[Session]) -> list[shapes.DeviceSession]:
            return selectors.shown_sessions(sessions, current=identity(request).session_id)

        sessions = selectors.open_sessions().filter(user_id=identity(request).user_id)
        return paging.page(self, sessions, ordering="-created_at", show=show)

    @extend_schema(
        operation_id="api_me_sessions_end_others",
        description="Sign out all others. 403 `proof_required`.",
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        who = identity(request)
        require_fresh(request, selectors.user(request))
        services.end_sessions(Session.objects.filter(user=who.user_id).exclude(pk=who.session_id))
        return Response(status=204)


class Consent(APIView):
    """The terms, the date of birth and marketing."""

    @typed
    def get(self, request: Request) -> shapes.Consent:
        """Return the consent of the caller, and whether to ask for the terms again."""
        return _shown_consent(selectors.user(request))

    @typed
    def put(self, request: Request, body: shapes.NewConsent) -> shapes.Consent:
        """Agree to the terms in force, give the date of birth (once), allow or forbid marketing.

        409 `conflict` (another date of birth is stored), 422 `invalid`.
        """
        user = selectors.user(request)
        consent.record(
            user, terms_version=body.terms_version, birth_date=body.birth_date, marketing=body.marketing
        )
        user.refresh_from_db()
        return _shown_consent(user)


def _shown_consent(user: User) -> shapes.Consent:
    version = settings.TERMS_VERSION
    return shapes.Consent(
        terms_version=version or None,
        accepted_terms=user.accepted_terms or None,
        terms_due=bool(version) and user.accepted_terms != version,
        birth_date=user.birth_date,
        is_adult=consent.is_adult(user),
        marketing=user.marketing_consent_at is not None,
    )


class SignIns(APIView):
    """The sign-in log of the caller's account, newest first."""

    @extend_schema(parameters=paging.PAGE_PARAMETERS, responses=Page[shapes.SignInEntry])
    def get(self, request: Request) -> Response:
        entries = selectors.sign_ins(identity(request).user_id)
        return paging.page(self, entries, ordering="-pk", show=selectors.shown_sign_ins)


class OneSession(APIView):
    """One of the caller's devices."""

    @extend_schema(description="Give it a name.", request=shapes.DeviceName, responses={204: None})
    def patch(self, request: Request, session_id: int) -> Response:
        user_id = identity(request).user_id
        selectors.check_own_session(user_id=user_id, session_id=session_id)
        body = read_struct(shapes.DeviceName, request.data)
        services.name_session(user_id=user_id, session_id=session_id, name=body.name.strip())
        return Response(status=204)

    @extend_schema(
        description="Sign it out. 403 `proof_required` for another one than the caller's.",
        responses={204: None},
    )
    def delete(self, request: Request, session_id: int) -> Response:
        who = identity(request)
        if session_id != who.session_id:
            require_fresh(request, selectors.user(request))
        services.end_session(user_id=who.user_id, session_id=session_id)
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


MOST_AVATARS = 100


class OwnAvatar(APIView):
    """The sign beside the caller's name."""

    @typed
    def put(self, request: Request, body: shapes.Avatar) -> None:
        """Choose it. 422 `invalid`."""
        avatars.choose(selectors.user(request), body)

    @typed
    def delete(self, request: Request) -> None:
        """Go back to the one made from the name."""
        avatars.choose(selectors.user(request), None)


class Avatars(APIView):
    """The signs that users have chosen."""

    @extend_schema(
        operation_id="api_users_avatars",
        description="Who has chosen none is left out. 422 `invalid` for more than 100 names.",
        parameters=[OpenApiParameter("names", str, description="Names, with commas between them")],
        responses=list[shapes.NamedAvatar],
    )
    def get(self, request: Request) -> Response:
        names = request.query_params.get("names", "").split(",")
        if len(names) > MOST_AVATARS:
            raise Invalid(f"Ask for at most {MOST_AVATARS} names at once.")
        return Response(selectors.avatars(names))


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
