"""Routes of the ways in beside the password: devices, providers and passkeys, and of the links to them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import bans, links, passkeys, providing, sealing, selectors, shapes, signing_in
from accounts.api.account import require_fresh, signed_in
from accounts.models import Passkey
from core import client_address, limits
from core.parsers import read_struct
from core.refusals import Invalid, NotFound
from core.typed import typed
from core.views import AtDoor, OpenView


class SignInByDevice(OpenView):
    """Sign in with a device's id; an unknown one gets a new guest account, unless `create` is false.

    403 `banned`, 404 `unknown_device`, 409 `username_taken`.
    """

    throttle_classes = (AtDoor,)
    door = limits.GUEST

    @extend_schema(request=shapes.DeviceSignIn, responses=shapes.SignedIn)
    def post(self, request: Request) -> Response:
        body = read_struct(shapes.DeviceSignIn, request.data)
        subjects = sealing.digests("device", body.device_id)
        bans.check_client(ip=client_address.of_request(request._request), devices=subjects)
        user = links.user_of_device(body.device_id, create=body.create, username=body.username or "")
        return signed_in(signing_in.enter(request._request, user, method="device"))


class Providers(OpenView):
    """The providers by which users can sign in, with what their sign-in pages need."""

    @typed
    def get(self, request: Request) -> list[shapes.Provider]:
        return providing.shown()


class SignInByProvider(OpenView):
    """Sign in with a provider's proof; who was never here before gets a new account.

    Send `id_token` with its `nonce`, or `code` with `redirect_uri` and `code_verifier` (PKCE). Steam's `code`
    is the query with which it sent the user back, or a ticket of a native client for "gameplatform", in
    hexadecimal. 401 `provider_refused`, 503 `provider_unavailable`.
    """

    throttle_classes = (AtDoor,)
    door = limits.PROVIDER

    @extend_schema(request=shapes.ProviderProof, responses=shapes.SignedIn)
    def post(self, request: Request, provider: str) -> Response:
        proof = read_struct(shapes.ProviderProof, request.data)
        bans.check_client(ip=client_address.of_request(request._request))
        found = providing.identify(provider, proof)
        user = links.user_of_provider(provider, found.subject, name=found.name, email=found.email)
        return signed_in(signing_in.enter(request._request, user, method=provider))


class Links(APIView):
    """The ways in which the caller can sign in."""

    @typed
    def get(self, request: Request) -> list[shapes.WayIn]:
        """The ways in which the caller can sign in."""
        return selectors.ways_in(selectors.user(request))


class OneLink(APIView):
    """Add or take away a way in: `device`, `password`, or a provider."""

    throttle_classes = (AtDoor,)
    door = limits.PROVIDER

    @extend_schema(
        description="Add a way in; a guest becomes a full account by all but a device. 401 "
        "`provider_refused`, 403 `proof_required`, 409 `already_linked`, `linked_elsewhere`.",
        request=shapes.NewLink,
        responses={204: None},
    )
    def post(self, request: Request, provider: str) -> Response:
        body = read_struct(shapes.NewLink, request.data)
        user = selectors.user(request)
        require_fresh(request, user)
        if provider == "device":
            links.link_device(user, _required(body.device_id, "device_id"))
        elif provider == "password":
            links.set_first_password(user, password=_required(body.password, "password"))
        else:
            links.link_provider(user, provider, providing.identify(provider, body).subject)
        return Response(status=204)

    @extend_schema(
        description="Take a way in away. 403 `proof_required`, 409 `last_way_in`.",
        responses={204: None},
    )
    def delete(self, request: Request, provider: str) -> Response:
        user = selectors.user(request)
        if provider in {"email", "passkey"}:
            raise NotFound("This way in is taken away elsewhere.")
        require_fresh(request, user)
        links.unlink(user, provider)
        return Response(status=204)


def _required(value: str | None, field: str) -> str:
    if value is None:
        raise Invalid("A field is missing.", details={field: ["This is needed."]})
    return value


class BeginPasskeySignIn(OpenView):
    """Begin to sign in by a passkey: options for `navigator.credentials.get`."""

    throttle_classes = (AtDoor,)
    door = limits.PASSKEY

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        return Response(passkeys.begin_sign_in(providing.site(request._request)))


class FinishPasskeySignIn(OpenView):
    """Sign in with the credential that the browser returned.

    401 `invalid_credentials`, `mfa_required`, 403 `passkey_refused`.
    """

    throttle_classes = (AtDoor,)
    door = limits.PASSKEY

    @extend_schema(request=OpenApiTypes.OBJECT, responses=shapes.SignedIn)
    def post(self, request: Request) -> Response:
        user = passkeys.finish_sign_in(providing.site(request._request), credential=dict(request.data))
        return signed_in(signing_in.enter(request._request, user, method="passkey", is_enough=True))


class Passkeys(APIView):
    """The caller's passkeys."""

    @typed
    def get(self, request: Request) -> list[shapes.PasskeyRow]:
        """The caller's passkeys."""
        return [_shown(one) for one in selectors.user(request).passkeys.order_by("pk")]


class BeginPasskey(APIView):
    """Begin to add a passkey: options for `navigator.credentials.create`. 403 `proof_required`."""

    throttle_classes = (AtDoor,)
    door = limits.PASSKEY

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        user = selectors.user(request)
        require_fresh(request, user)
        return Response(passkeys.begin_adding(user, providing.site(request._request)))


class FinishPasskey(APIView):
    """Add the credential that the browser returned; `name` may stand beside it. 403 `passkey_refused`."""

    throttle_classes = (AtDoor,)
    door = limits.PASSKEY

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: shapes.PasskeyRow})
    def post(self, request: Request) -> Response:
        data: dict[str, Any] = dict(request.data)
        name = str(data.pop("name", "") or "Passkey")[:60]
        site = providing.site(request._request)
        made = passkeys.finish_adding(selectors.user(request), site, credential=data, name=name)
        return Response(_shown(made), status=201)


class OnePasskey(APIView):
    """Take a passkey away. 403 `proof_required`, 409 `last_way_in`."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, passkey_id: int) -> Response:
        user = selectors.user(request)
        require_fresh(request, user)
        passkeys.remove(user, passkey_id)
        return Response(status=204)


def _shown(passkey: Passkey) -> shapes.PasskeyRow:
    return shapes.PasskeyRow(
        id=passkey.pk,
        name=passkey.name,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
    )
