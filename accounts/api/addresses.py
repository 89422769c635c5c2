"""Routes of what goes by mail: verification, another address, forgotten passwords, and sign-in by code."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import recovery, selectors, serializers, services, shapes, signing_in
from accounts.api.account import require_proof, signed_in
from accounts.models import SignIn
from accounts.refusals import InvalidCredentials
from core import limits
from core.parsers import read
from core.views import AtDoor, OpenView


class ResendVerification(APIView):
    """Send a code that verifies the address that the caller gave.

    409 `already_verified`, `upgrade_first` (guests have no address).
    """

    throttle_classes = (AtDoor,)
    door = limits.EMAIL_CODE

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        recovery.request_verification(selectors.user(request))
        return Response(status=204)


class VerifyEmail(APIView):
    """Verify an address with the code or the link's key that was sent to it.

    A code needs a token, a key does not. 401 `not_authenticated`, 403 `code_invalid`.
    """

    permission_classes = ()
    throttle_classes = (AtDoor,)
    door = limits.EMAIL_CODE

    @extend_schema(request=serializers.Verification, responses={204: None})
    def post(self, request: Request) -> Response:
        body = read(serializers.Verification, request.data)
        recovery.verify_email(**body, user=selectors.user(request) if request.user else None)
        return Response(status=204)


class ChangeEmail(APIView):
    """Give the account another address, which counts once it is verified. The old one is told.

    The answer does not reveal whether the new one has an account. 403 `wrong_password`, 409 `email_taken`,
    `upgrade_first` (guests have none), 429 `locked_out`, `rate_limited`.
    """

    throttle_classes = (AtDoor,)
    door = limits.EMAIL_CODE

    @extend_schema(request=serializers.EmailChange, responses={202: None})
    def post(self, request: Request) -> Response:
        body = read(serializers.EmailChange, request.data)
        user = selectors.user(request)
        require_proof(request, user, body.get("password", ""))
        recovery.request_address(user, email=body["email"])
        return Response(status=202)


class RequestReset(OpenView):
    """Send a link to set a new password. The answer does not reveal whether the address has an account."""

    throttle_classes = (AtDoor,)
    door = limits.PASSWORD_RESET

    @extend_schema(request=serializers.Address, responses={204: None})
    def post(self, request: Request) -> Response:
        recovery.request_reset(read(serializers.Address, request.data)["email"])
        return Response(status=204)


class ResetPassword(OpenView):
    """Set a new password with the key from a mail, and sign out everywhere. 403 `reset_invalid`."""

    throttle_classes = (AtDoor,)
    door = limits.PASSWORD_RESET

    @extend_schema(request=serializers.PasswordReset, responses={204: None})
    def post(self, request: Request) -> Response:
        recovery.reset_password(**read(serializers.PasswordReset, request.data))
        return Response(status=204)


class RequestSignInCode(OpenView):
    """Send a code that signs in. The answer does not reveal whether the address has an account."""

    throttle_classes = (AtDoor,)
    door = limits.SIGN_IN_CODE

    @extend_schema(request=serializers.Address, responses={204: None})
    def post(self, request: Request) -> Response:
        recovery.request_sign_in_code(read(serializers.Address, request.data)["email"])
        return Response(status=204)


class SignInByCode(OpenView):
    """Sign in with the code that was sent. 401 `invalid_credentials`."""

    @extend_schema(request=serializers.SignInCode, responses=shapes.SignedIn)
    def post(self, request: Request) -> Response:
        body = read(serializers.SignInCode, request.data)
        limits.knock(limits.SIGN_IN_CODE, request._request, account=body["email"])
        try:
            user = recovery.redeem_sign_in_code(**body)
        except InvalidCredentials:
            services.log_sign_in(
                selectors.by_verified_email(body["email"]),
                device=signing_in.device(request._request),
                method="email_code",
                outcome=SignIn.Outcome.WRONG,
            )
            raise
        return signed_in(signing_in.enter(request._request, user, method="email_code"))
