"""Fixtures: test views, and a client to call them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.urls import clear_url_caches, set_urlconf
from pytest_django import Settings


@pytest.fixture
def user(db: None) -> Any:
    return get_user_model().objects.create(username="ada")


@pytest.fixture
def routes(settings: Settings) -> Iterator[Any]:
    """Serve these URL patterns in place of the project's."""

    def serve(*patterns: Any) -> None:
        class URLs:
            urlpatterns = list(patterns)
            handler400 = "core.problems.bad_request"
            handler403 = "core.problems.forbidden"
            handler404 = "core.problems.not_found"
            handler500 = "core.problems.server_error"

        settings.ROOT_URLCONF = URLs
        clear_url_caches()
        set_urlconf(None)

    yield serve
    clear_url_caches()
