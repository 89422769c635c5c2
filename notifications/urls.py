"""The route of the badge."""

from core.routes import route
from notifications import api

urlpatterns = [route("api/notifications/badge", api.Badge.as_view())]
