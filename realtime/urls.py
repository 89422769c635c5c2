"""Routes of the message catalogue and the metrics."""

from core.routes import route
from realtime import views

urlpatterns = [
    route("api/asyncapi.json", views.AsyncAPI.as_view(), name="asyncapi"),
    route("api/docs/events", views.events, name="events"),
    route("metrics", views.Metrics.as_view()),
]
