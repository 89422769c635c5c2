"""The REST routes of achievements."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors as accounts
from accounts.authentication import identity
from core.ids import UserId
from core.typed import typed
from progression.achievements import selectors, shapes


class Achievements(APIView):
    """All achievements, with the caller's progress."""

    @extend_schema(
        operation_id="api_player_achievements_list", responses=list[shapes.Progress], filters=False
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.progress(identity(request).user_id))


class Earned(APIView):
    """The achievements of a user."""

    @typed
    def get(self, request: Request, user_id: UserId) -> list[shapes.Earned]:
        """Those that the user has earned, latest first. 404 `not_found`."""
        return selectors.earned(accounts.by_id(user_id).pk)
