"""The addresses of the world."""

from core.routes import route
from world.shards import api as shards

urlpatterns = [route("api/world/shards", shards.Shards.as_view())]
