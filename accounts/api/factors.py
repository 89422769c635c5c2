"""Routes of the second factor, and of the fresh proof that sensitive changes need."""

import segno
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import second_factor, selectors, shapes, signing_in
from accounts.api.account import require_fresh, require_proof, signed_in, verify_password
from accounts.authentication import identity
from core import limits
from core.parsers import read_struct
from core.refusals import Invalid
from core.typed import typed
from core.views import AtDoor, OpenView


class AnswerChallenge(OpenView):
    """Finish a sign-in that was answered with `mfa_required`. 403 `code_invalid`."""

    throttle_classes = (AtDoor,)
    door = limits.MFA

    @extend_schema(request=shapes.MfaAnswer, responses=shapes.SignedIn)
    def post(self, request: Request) -> Response:
        body = read_struct(shapes.MfaAnswer, request.data)
        result = signing_in.answer_challenge(request._request, challenge=body.challenge, code=body.code)
        return signed_in(result)


class Totp(APIView):
    """The caller's authenticator app."""

    throttle_classes = (AtDoor,)
    door = limits.MFA

    @typed
    def post(self, request: Request) -> shapes.NewTotp:
        """Begin to set up an authenticator app. 403 `proof_required`, 409 `already_linked`."""
        user = selectors.user(request)
        require_fresh(request, user)
        secret, url = second_factor.begin_totp(user)
        qr = segno.make(url, micro=False).svg_data_uri(scale=4, dark="#000", light="#fff")
        return shapes.NewTotp(secret=secret, otpauth_url=url, qr=qr)

    @typed
    def delete(self, request: Request, body: shapes.Proof) -> None:
        """Turn the second factor off. 403 `wrong_password`, `proof_required`, 404 `not_found`."""
        user = selectors.user(request)
        require_proof(request, user, body.password)
        second_factor.remove_totp(user)


class ConfirmTotp(APIView):
    """Turn the second factor on."""

    throttle_classes = (AtDoor,)
    door = limits.MFA

    @typed
    def post(self, request: Request, body: shapes.FactorCode) -> shapes.RecoveryCodes:
        """Turn the second factor on by a first code of the app. 403 `code_invalid`."""
        codes = second_factor.confirm_totp(
            selectors.user(request), code=body.code, session_id=identity(request).session_id
        )
        return shapes.RecoveryCodes(recovery_codes=codes)


class RecoveryCodes(APIView):
    """The caller's recovery codes."""

    throttle_classes = (AtDoor,)
    door = limits.MFA

    @typed
    def post(self, request: Request) -> shapes.RecoveryCodes:
        """Replace the recovery codes. 403 `proof_required`, 404 `not_found`."""
        user = selectors.user(request)
        require_fresh(request, user)
        return shapes.RecoveryCodes(recovery_codes=second_factor.renew_recovery_codes(user))


class GiveProof(APIView):
    """Prove afresh who the caller is."""

    throttle_classes = (AtDoor,)
    door = limits.MFA

    @typed
    def post(self, request: Request, body: shapes.FreshProof) -> None:
        """Prove afresh who the caller is, for ten minutes: by a `code` of the second factor, if there is one,
        else by the `password`. 403 `wrong_password`, `code_invalid`.
        """
        user = selectors.user(request)
        session_id = identity(request).session_id
        if second_factor.is_on(user):
            second_factor.prove(user, code=body.code, session_id=session_id)
        elif user.has_usable_password():
            verify_password(request, user, body.password)
            second_factor.mark_proven(session_id)
        else:
            raise Invalid("Sign in again: the account has neither a password nor a second factor.")
