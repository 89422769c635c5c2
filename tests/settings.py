"""The platform's settings, with the test run's own services."""

from gameplatform.testing import services

services.provide("gameplatform.settings")

from gameplatform.settings import *  # noqa: E402, F403
from gameplatform.testing.settings import *  # noqa: E402, F403
