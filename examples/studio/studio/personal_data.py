"""The app's part of a user's export; laps are deleted with the account."""

from gameplatform.extend import erases, exports
from studio.models import Lap, Licence


@exports("studio_laps")
def laps(user_id: int) -> list[int]:
    return list(Lap.objects.filter(user=user_id).order_by("pk").values_list("ms", flat=True))


@erases
def forget(user_id: int) -> None:
    Lap.objects.filter(user=user_id).delete()
    Licence.objects.filter(user=user_id).delete()
