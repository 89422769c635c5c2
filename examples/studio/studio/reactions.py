"""Changes that belong to the same transaction as an event of the platform."""

from django.db.models import F

from game.events import GameFinished
from gameplatform.extend import reacts_to
from studio.models import Licence


@reacts_to(GameFinished)
def count_games(game: GameFinished) -> None:
    for user_id in sorted(game.user_ids):
        Licence.objects.update_or_create(
            user_id=user_id, defaults={"games": F("games") + 1}, create_defaults={"games": 1}
        )
