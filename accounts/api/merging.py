"""The route that merges two accounts of one person."""

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import live, merging, second_factor, selectors, shapes, signing_in, tokens
from accounts.api.account import require_fresh
from accounts.models import User
from accounts.refusals import OtherProofRequired, ProofRequired
from core import limits
from core.refusals import NotFound, Unauthenticated
from core.typed import typed
from core.views import AtDoor


class Merge(APIView):
    """Merge another account of the same person into the caller's."""

    throttle_classes = (AtDoor,)
    door = limits.MFA

    @typed
    def post(self, request: Request, body: shapes.OtherAccount) -> shapes.OwnProfile:
        """Take over what another account has, which is closed then; both need a sign-in of the last minutes.

        403 `proof_required`, `other_proof_required`, 409 `not_mergeable`, `still_playing`.
        """
        user = selectors.user(request)
        require_fresh(request, user)
        device = signing_in.device(request._request)
        return selectors.own_profile(merging.merge(kept=user, former=_other(body.access), device=device))


def _other(access: str) -> User:
    """Return the account of this token. Raises ``OtherProofRequired``."""
    try:
        identity = tokens.identify_uncached(access)
        live.check(identity.session_id)
        user = selectors.by_id(identity.user_id)
        second_factor.check_fresh(user, session_id=identity.session_id)
    except (Unauthenticated, NotFound, ProofRequired):
        raise OtherProofRequired("Sign in to the other account once more.") from None
    return user
