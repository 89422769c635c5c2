"""Routes of support."""

from core.routes import route
from operators.support import api

urlpatterns = [
    route("api/me/messages", api.Messages.as_view()),
    route("api/me/messages/read", api.Read.as_view()),
]
