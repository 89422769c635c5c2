"""Routes of the server itself: status, health, documentation."""

from core import views
from core.routes import route

urlpatterns = [
    route("api/status", views.Status.as_view()),
    route("api/regions", views.Regions.as_view()),
    route("api/docs", views.Docs.as_view(), name="docs"),
    route("api/openapi.json", views.OpenAPI.as_view(), name="openapi"),
    route("health/live", views.Live.as_view()),
    route("health/ready", views.Ready.as_view()),
]
