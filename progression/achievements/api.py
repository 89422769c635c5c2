"""The REST route of achievements."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from progression.achievements import selectors, shapes


class Achievements(APIView):
    """All achievements, with the caller's progress."""

    @extend_schema(
        operation_id="api_player_achievements_list", responses=list[shapes.Progress], filters=False
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.progress(identity(request).user_id))
