"""The events of the platform that are offered to other systems."""

from game.events import GameFinished, GameStarted
from progression.events import DailyRewardClaimed, ItemsBought, LevelUp, PetHatched
from webhooks.services import webhook

for kind in (GameStarted, GameFinished, LevelUp, ItemsBought, PetHatched, DailyRewardClaimed):
    webhook(kind)
