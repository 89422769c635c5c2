"""The addresses of characters and of the world's state."""

from core.routes import route
from world import api
from world.shards import api as shards

urlpatterns = [
    route("api/characters", api.Characters.as_view()),
    route("api/characters/select", api.Select.as_view()),
    route("api/characters/<int:character_id>", api.OneCharacter.as_view()),
    route("api/world/state", api.State.as_view()),
    route("api/world/shards", shards.Shards.as_view()),
    route("api/world/events", api.Events.as_view()),
    route("api/world/announce", api.Announce.as_view()),
    route("api/world/encryption-key", api.EncryptionKey.as_view()),
]
