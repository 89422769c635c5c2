"""HTTP routes of the naive server."""

from django.urls import path

from bench.naive import views

urlpatterns = [
    path("api/auth/guest/", views.Guest.as_view()),
    path("api/me/", views.Me.as_view()),
]
