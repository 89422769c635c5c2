"""Count events of progression, whose services hold the player's lock; games count theirs themselves."""

from progression.achievements import services
from progression.achievements.metrics import Metric
from progression.events import DailyRewardClaimed, ItemsBought, LevelUp, PetHatched
from realtime.reactions import reacts_to


@reacts_to(ItemsBought)
def items_bought(event: ItemsBought) -> None:
    services.record_locked(event.user_id, metric=Metric.ITEMS_BOUGHT, amount=event.quantity)


@reacts_to(PetHatched)
def pet_hatched(event: PetHatched) -> None:
    services.record_locked(event.user_id, metric=Metric.PETS_HATCHED)


@reacts_to(DailyRewardClaimed)
def daily_reward_claimed(event: DailyRewardClaimed) -> None:
    services.record_locked(event.user_id, metric=Metric.DAYS_CLAIMED)


@reacts_to(LevelUp)
def level_up(event: LevelUp) -> None:
    services.reach(event.user_id, metric=Metric.LEVEL, value=event.level)
