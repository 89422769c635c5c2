"""The REST route for reports of direct messages, names and players of games."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from chat import services, shapes
from chat.models import Report
from core.ids import UserId
from core.parsers import read_struct
from core.refusals import Invalid


class Reports(APIView):
    """Reports by players to the operators."""

    @extend_schema(
        description=(
            "Report a direct message that one has received (`message_id`), a user's name (`user_id`), or "
            "what a player did in a game (`game_id`, `user_id`); repeating it returns the same report. 404 "
            "`unknown_message`, `not_found`, `unknown_match`, 422 `yourself`, 429 `rate_limited`: ten in a "
            "minute."
        ),
        request=shapes.NewReport,
        responses={201: shapes.MadeReport},
    )
    def post(self, request: Request) -> Response:
        made = _report(identity(request).user_id, read_struct(shapes.NewReport, request.data))
        return Response(shapes.MadeReport(id=made.pk, kind=made.kind, created_at=made.created_at), status=201)


def _report(reporter_id: UserId, wanted: shapes.NewReport) -> Report:
    match wanted:
        case shapes.NewReport(kind="direct", message_id=int(message_id)):
            return services.report_direct(
                reporter_id=reporter_id, message_id=message_id, reason=wanted.reason
            )
        case shapes.NewReport(kind="name", user_id=int(user_id)):
            return services.report_name(reporter_id=reporter_id, user_id=user_id, reason=wanted.reason)
        case shapes.NewReport(kind="game", game_id=game_id, user_id=int(user_id)) if game_id is not None:
            return services.report_player(
                reporter_id=reporter_id, game_id=game_id, user_id=user_id, reason=wanted.reason
            )
    missing = {"direct": "message_id", "name": "user_id", "game": "game_id and user_id"}[wanted.kind]
    raise Invalid(f"A report of this kind needs {missing}.", details={"kind": [f"Needs {missing}."]})
