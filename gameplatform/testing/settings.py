"""Settings in which a project's tests differ: ``from gameplatform.testing.settings import *`` after its own.

Call ``services.provide`` before the project's settings are imported.
"""

from gameplatform.settings import CHANNEL_LAYERS, DATABASES, PASSWORD_HASHERS
from gameplatform.testing import services

__all__ = [
    "PASSWORD_HASHERS",
    "REDIS_PREFIX",
    "SECRET_KEY",
    "UNLIMITED_ADDRESSES",
    "WHITENOISE_USE_FINDERS",
]

# A file, so that the threads of a test and of a live server see one database; and one of each run's own.
if DATABASES["default"]["ENGINE"] == "core.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": str(services.run_folder() / "test.sqlite3")}

# Tests run with DEBUG off, which does not accept the development key.
SECRET_KEY = "of-the-tests-which-listen-on-loopback-alone"

# The processes share a database server, and maybe a Redis, whose channels ignore database numbers.
REDIS_PREFIX = CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"test-{services.worker()}:"

# Tests with fifty threads wait longer for connections than a request may.
if "pool" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 60

# Argon2 is slow by design, which tests do not need.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]

# Hundreds of test users share this address. Tests of the limits use other addresses.
UNLIMITED_ADDRESSES = ["127.0.0.0/8", "::1"]

# Each test client would scan all static files again.
WHITENOISE_USE_FINDERS = False
