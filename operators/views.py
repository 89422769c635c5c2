"""The live figures, for the front page of the admin."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.problems import problem
from game import selectors as games
from matchmaking import selectors as matchmaking
from operators import figures as live
from realtime.redis import Down


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The series of all workers together, and what goes on and waits at this moment."""
    try:
        history = live.history()
    except Down:
        return problem(503, "Redis cannot be reached.")
    return JsonResponse(
        {**history, "rooms": games.unfinished_by_game(), "queues": matchmaking.waiting_by_queue()}
    )
