"""Routes of push notifications."""

from core.routes import route
from notifications.push import api

urlpatterns = [
    route("api/me/push", api.Pushing.as_view()),
    route("api/me/push/subscription", api.OwnSubscription.as_view()),
]
