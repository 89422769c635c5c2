"""The live figures on the front page of the admin."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.problems import problem
from core.redis import REDIS_ERRORS
from game import selectors as games
from matchmaking import selectors as matchmaking
from operators import figures as live


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Return the series of all workers, and the running games and queues right now."""
    try:
        history = live.history()
    except REDIS_ERRORS:
        return problem(503, "Redis cannot be reached.")
    return JsonResponse(
        {**history, "rooms": games.unfinished_by_game(), "queues": matchmaking.waiting_by_queue()}
    )
