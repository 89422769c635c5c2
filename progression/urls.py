"""Routes of progression."""

from core.routes import route
from progression import api
from progression.achievements import api as achievements

urlpatterns = [
    route("api/player/me", api.Me.as_view()),
    route("api/player/allocate-stats", api.AllocateStats.as_view()),
    route("api/player/regenerate-stamina", api.RegenerateStamina.as_view()),
    route("api/player/daily-reward", api.DailyReward.as_view()),
    route("api/player/achievements", achievements.Achievements.as_view()),
    route("api/player/currencies", api.Currencies.as_view()),
    route("api/player/ledger", api.Ledger.as_view()),
    route("api/users/<int:user_id>/achievements", achievements.Earned.as_view()),
    route("api/inventory", api.Inventory.as_view()),
    route("api/inventory/equip/<int:item_id>", api.Equip.as_view()),
    route("api/inventory/unequip/<slug:slot>", api.Unequip.as_view()),
    route("api/pets", api.Pets.as_view()),
    route("api/pets/odds", api.Odds.as_view()),
    route("api/pets/hatch/<int:egg_id>", api.Hatch.as_view()),
    route("api/pets/feed/<int:pet_id>", api.Feed.as_view()),
    route("api/pets/equip/<int:pet_id>", api.EquipPet.as_view()),
    route("api/pets/unequip/<int:pet_id>", api.UnequipPet.as_view()),
    route("api/shop/conversions", api.Conversions.as_view()),
    route("api/shop/conversions/<slug:name>", api.Convert.as_view()),
    route("api/shop/items", api.Shop.as_view()),
    route("api/shop/purchase", api.Purchase.as_view()),
]
