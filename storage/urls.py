"""Routes of storage."""

from core.routes import route
from storage import api

urlpatterns = [
    route("api/storage", api.Batch.as_view()),
    route("api/storage/<str:collection>", api.Documents.as_view()),
    route("api/storage/<str:collection>/<str:key>", api.OneDocument.as_view()),
    route("api/storage/<str:collection>/<str:key>/history", api.History.as_view()),
]
