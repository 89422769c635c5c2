"""The platform's settings on servers of the test run's own."""

from tests import services

services.provide()

from gameplatform.settings import *  # noqa: E402, F403
from gameplatform.settings import CHANNEL_LAYERS, DATABASES, PASSWORD_HASHERS, RUN_DIR  # noqa: E402

RUN_DIR.mkdir(exist_ok=True)  # where SQLite's test database goes

# Tests run with DEBUG off, for which the key of development is refused.
SECRET_KEY = "of-the-tests-which-listen-on-loopback-alone"

# Publish and subscribe know no database numbers.
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"test-{services.worker()}"  # type: ignore[index]

# Fifty threads that take turns at its connections need longer on a slow machine than a request may wait.
if "pool" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 60

# Argon2's cost is the point of it everywhere but here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]

# Hundreds of people come from this machine. Tests of the limits come from elsewhere.
UNLIMITED_ADDRESSES = ["127.0.0.0/8", "::1"]

# Each test client would look at all static files anew.
WHITENOISE_USE_FINDERS = False
