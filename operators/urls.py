"""The route of the admin's front page."""

from django.contrib import admin
from django.urls import path

from operators import views

urlpatterns = [path("admin/figures/", admin.site.admin_view(views.figures), name="operators-figures")]
