"""The studio's economy: races and laps bring shards, which become gems, chests and faster cars."""

from typing import Annotated

from msgspec import Meta, Struct

from gameplatform.extend import (
    Drop,
    Payout,
    conversion,
    currency,
    curve,
    drop_table,
    item_kind,
    item_slot,
    rpc,
    storage,
    take,
)
from studio.refusals import NoSuchCar

currency("shards", at_most=9999, at_most_a_day=100, tradeable=True)
item_kind("trophy")
item_slot("gloves")

drop_table("chest", [Drop("shards", 2, 5, weight=70), Drop("gems", weight=5), Drop("", weight=25)], rolls=2)
conversion("forge", takes={"shards": 10}, gives={"gems": 1}, at_most_a_day=5)
conversion("chest", takes={"gems": 1}, drops="chest", title="Open a chest")
conversion("paint", takes={"shards": 3}, title="Paint the garage")

rewards = [
    Payout(game="studio", mode="", place=1, xp=20, currencies={"shards": 3}),
    Payout(game="studio", mode="Ranked", place=1, xp=40, currencies={"shards": 5}, drops="chest"),
    Payout(game="studio", xp=10),
]

garages = storage.collection("garages", read="public", indexes={"level": int})
tuning = curve("tuning", first=2, more=2, highest=10)


class Car(Struct):
    level: int


@rpc("POST", "garages/tune")
def tune(who, car: Annotated[str, Meta(max_length=40)]) -> Car:
    """Tune a car; each level costs more. 402 `not_enough_of_currency`, 404 `no_such_car`."""
    kept = storage.get(garages, car, who.user_id)
    if kept is None:
        raise NoSuchCar
    level = kept.value["level"]
    take(who, shards=tuning.step(level), why="studio: tuning")
    storage.put(garages, car, who.user_id, {**kept.value, "level": level + 1}, version=kept.version)
    return Car(level + 1)
