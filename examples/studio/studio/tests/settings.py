"""The settings, with a database and a Redis of the test run."""

from gameplatform.testing import services

services.provide("studio.settings")

from studio.settings import *  # noqa: E402, F403

# isort: split
from gameplatform.testing.settings import *  # noqa: E402, F403
