"""The REST route of the badge."""

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import identity
from core.typed import typed
from notifications import shapes
from notifications.badges import badges


class Badge(APIView):
    """The number of things waiting for the caller, as in the first frame of the notifications socket."""

    @typed
    def get(self, request: Request) -> shapes.Badge:
        """For clients without a socket."""
        user_id = identity(request).user_id
        badge = badges([user_id])[user_id]
        return shapes.Badge(dm=badge.dm, invites=badge.invites, total=badge.total)
