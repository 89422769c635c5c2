"""Settings, all from the environment (see .env.example); the defaults need no other service."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from core import logs, redis_urls, sections, theme
from core.embedded import valkey
from core.postgresql.connection import Connection
from gameplatform import environment

BASE_DIR = Path(__file__).resolve().parent.parent
PROJECT_DIR = Path(environment.text("PROJECT_DIR", str(BASE_DIR)))
RUN_DIR = PROJECT_DIR / ".run"

env = environ.Env()
env.read_env(PROJECT_DIR / ".env")

THEME = theme.read(environment.text("THEME", ""))
PRODUCT = THEME.title
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
PROTOCOL_VERSION = "1.0"

DEBUG = environment.boolean("DEBUG", True)
ENVIRONMENT = environment.text("ENVIRONMENT", "development" if DEBUG else "production")
INSECURE_SECRET_KEY = "insecure-development-key-of-a-checkout-never-for-production"
SECRET_KEY = environment.text("SECRET_KEY", INSECURE_SECRET_KEY if DEBUG else "")
SECRET_KEY_FALLBACKS = environment.names("SECRET_KEY_FALLBACKS")
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.integer("PORT", 8000, minimum=0, maximum=65_535)
WORKERS = environment.integer("WORKERS", 1)
COMPILED = environment.boolean("COMPILED", True)
FORWARDED_ALLOW_IPS = environment.proxies("FORWARDED_ALLOW_IPS", ["127.0.0.1", "::1"])
UNLIMITED_ADDRESSES = environment.networks("UNLIMITED_ADDRESSES", ["127.0.0.0/8", "::1"] if DEBUG else [])
DOOR_CHECK = environment.text("DOOR_CHECK", "")
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])

# -- Applications

EXTRA_APPS = environment.apps("EXTRA_APPS")
OUR_APPS = [
    "core",
    "realtime",
    "accounts",
    "accounts.server_keys",
    "friends",
    "progression",
    "progression.achievements",
    "storage",
    "voice",
    "game",
    "game.battles",
    "competition",
    "chat",
    "matchmaking",
    "matchmaking.invites",
    "matchmaking.parties",
    "world",
    "world.combat",
    "world.shards",
    "world.trading",
    "notifications",
    "notifications.push",
    "webhooks",
    "cells",
    "operators",
    "operators.support",
    "operators.cheating",
    "web",
]
INSTALLED_APPS = [
    # First, so that its runserver takes precedence over that of staticfiles.
    "gameplatform",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "csp",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    *OUR_APPS,
    *EXTRA_APPS,
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "core.middleware.Observe",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.middleware.KnownHost",
    # The API does not need the middleware in between, whose cost is measurable on frequent reads.
    "core.middleware.SkipForAPI",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "operators.middleware.AdminPolicy",
    "axes.middleware.AxesMiddleware",
    "core.middleware.EndOfSkip",
]
APPEND_SLASH = False
ROOT_URLCONF = "gameplatform.urls"
WSGI_APPLICATION = None
ASGI_APPLICATION = "gameplatform.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# -- Data


def _sqlite(config: dict[str, Any]) -> dict[str, Any]:
    # Measured: 317 of 800 concurrent transactions failed with Django's defaults, none with these.
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    return {**config, "ENGINE": "core.sqlite", "OPTIONS": options, "CONN_MAX_AGE": 0}


def _postgresql(config: dict[str, Any]) -> dict[str, Any]:
    # The pool's reconnection attempts back off until they are given up and start again: with its default of
    # 300 s, the first success came 45 seconds after the end of a 70-second outage.
    pool = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 5,
        # One of those that were not needed for so long is closed.
        "max_idle": 15,
        "reconnect_timeout": 2,
        "connection_class": Connection,
    }
    # An unreachable server (its machine or the network is gone) is given up within half a minute. TCP's own
    # timeout of about 15 minutes would block every thread with a query, and the worker's shutdown.
    patience = {
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    # Other options of the URL, such as sslmode, are passed to libpq.
    options = {**patience, **config.get("OPTIONS", {}), "pool": pool}
    return {**config, "ENGINE": "core.postgresql", "OPTIONS": options, "CONN_MAX_AGE": 0}


# Threads of all lanes (gameplatform/doors.py) and of sockets take connections while they need one.
DATABASE_POOL_SIZE = environment.integer("DATABASE_POOL_SIZE", 12)
_database = environment.database("DATABASE_URL", f"sqlite:///{PROJECT_DIR / 'db.sqlite3'}")
_is_sqlite = _database["ENGINE"] == "django.db.backends.sqlite3"
DATABASES = {"default": _sqlite(_database) if _is_sqlite else _postgresql(_database)}
for _number, _journal in enumerate(environment.postgresql("JOURNAL_DATABASE_URL", most=99), start=1):
    DATABASES[f"journal_{_number}"] = _postgresql(_journal)
REPLICA_MAX_LAG = environment.integer("REPLICA_MAX_LAG", 15, minimum=10)
for _replica in environment.postgresql("REPLICA_DATABASE_URL", most=1):
    DATABASES["replica"] = {**_postgresql(_replica), "TEST": {"MIRROR": "default"}}
DATABASE_ROUTERS = ["core.replica.Router", "game.journals.Router"]

REDIS_URL = environment.redis("REDIS_URL", valkey.url(RUN_DIR))
# By role (core.redis.Role); that of REDIS_URL has the others.
REDIS_URLS = {
    role: url
    for role, url in (
        ("relay", environment.redis("REDIS_RELAY_URL")),
        ("streams", environment.redis("REDIS_STREAMS_URL")),
        ("presence", environment.redis("REDIS_PRESENCE_URL")),
    )
    if url
}
REDIS_PREFIX = environment.redis_prefix("REDIS_PREFIX", DATABASES["default"])
_relay = REDIS_URLS.get("relay", REDIS_URL)
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "realtime.delivery.cluster.ClusterChannelLayer"
        if redis_urls.is_cluster(_relay)
        else "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [redis_urls.channels_host(_relay)], "prefix": REDIS_PREFIX},
    }
}

# -- Accounts

PASSWORD_HASHERS = ["accounts.hashers.Argon2id", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.NoPatternValidator"},
    {"NAME": "accounts.passwords.NotBreachedValidator"},
]
BREACHED_PASSWORDS_FILE = environment.text("BREACHED_PASSWORDS_FILE", "")
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Only the admin uses Django's own sign-in page.
LOGIN_REDIRECT_URL = "admin:index"
SESSION_TIMEOUT = environment.integer("SESSION_TIMEOUT", 3600)
SIMPLE_JWT = {
    "ALGORITHM": environment.text("ALGORITHM", "HS256"),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=environment.integer("ACCESS_TOKEN_EXPIRE_MINUTES", 60)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    # Tokens are accepted by servers whose clock is behind. The expiry of access tokens is checked separately,
    # without leeway.
    "LEEWAY": timedelta(minutes=15),
    "UPDATE_LAST_LOGIN": False,
    "USER_ID_CLAIM": "sub",
}
MAILED_CODE_MINUTES = environment.integer("MAILED_CODE_MINUTES", 15, maximum=15)
PASSWORD_RESET_TIMEOUT = MAILED_CODE_MINUTES * 60
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "accounts.signing_in.counted_address"
AXES_USERNAME_CALLABLE = "accounts.signing_in.name"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# Not counting during a lockout keeps Retry-After true.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
# Our own admin in accounts/admin.py respects the roles.
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["password", "token", "ticket"]

SIGNING_KEYS = [
    environment.file_text("SIGNING_KEY_FILES", path) for path in environment.names("SIGNING_KEY_FILES")
]
PROVIDERS = environment.providers("PROVIDERS")
# The domain of passkeys: by default that of each request's host.
PASSKEY_DOMAIN = environment.text("PASSKEY_DOMAIN", "")
PASSKEY_ORIGINS = environment.names("PASSKEY_ORIGINS")
TERMS_VERSION = environment.text("TERMS_VERSION", "")
TERMS_URL = environment.text("TERMS_URL", "")
ADULT_AGE = environment.integer("ADULT_AGE", 0, minimum=0, maximum=120)
# Days; 0 keeps for ever.
RETENTION = {
    "chat": environment.integer("RETENTION_CHAT_DAYS", 365, minimum=0),
    "direct_messages": environment.integer("RETENTION_DM_DAYS", 365, minimum=0),
    "sign_ins": environment.integer("RETENTION_SIGN_INS_DAYS", 180, minimum=0),
    "idle_guests": environment.integer("RETENTION_IDLE_GUESTS_DAYS", 90, minimum=0),
    "replays": environment.integer("RETENTION_REPLAYS_DAYS", 0, minimum=0),
}
# Told to who is banned.
APPEALS = environment.text("APPEALS", "")
SESSION_MAX_AGE = timedelta(days=environment.integer("SESSION_MAX_DAYS", 90))
PLAYER_MFA = environment.boolean("PLAYER_MFA", False)
STAFF_MFA = environment.boolean("STAFF_MFA", not DEBUG)

# -- Regions

# The address of each region's servers by its id.
REGIONS = environment.regions("REGIONS")

# -- Cells

CELL, CELLS = environment.cells()
if CELL and _is_sqlite:
    raise ImproperlyConfigured("CELL needs PostgreSQL, whose sequences allot the ids of accounts by cell.")
# A Redis that all cells share.
CELLS_REDIS_URL = environment.redis("CELLS_REDIS_URL", REDIS_URL)

# -- Mail

SITE_URL = environment.url("SITE_URL", f"http://{HOST}:{PORT}", schemes=("http", "https")).rstrip("/")
vars().update(environment.mail("EMAIL_URL", "consolemail:" if DEBUG else "dummymail:"))
DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", "noreply@localhost")
EMAIL_TIMEOUT = 10

# -- Push notifications

PUSH_KEY = environment.text("PUSH_KEY", "")
PUSH_NETWORKS = environment.networks("PUSH_NETWORKS")

# -- HTTP

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.renderers.MsgspecRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.renderers.JSONOnlyNegotiation",
    "DEFAULT_PARSER_CLASSES": ["core.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.paging.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "core.schema.ProblemAutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "core.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
CORS_ALLOWED_ORIGINS = environment.origins("CORS_ORIGINS")
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-csrftoken",
]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# The admin's session: a working day.
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    # No SECURE_PROXY_SSL_HEADER, which trusts any client: uvicorn takes the scheme from known proxies only.
    SECURE_SSL_REDIRECT = environment.boolean("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

SPECTACULAR_SETTINGS = {
    "TITLE": PRODUCT,
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Without drf-spectacular's enum hook: enums are documented inline.
    "POSTPROCESSING_HOOKS": [
        "core.schema.give_examples",
        "drf_spectacular.hooks.postprocess_schema_enum_id_removal",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

UNFOLD = {
    "SITE_TITLE": PRODUCT,
    "SITE_HEADER": PRODUCT,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("web/icon.svg")}],
    # Shades of the accent in web/static/web/theme.css.
    "COLORS": {
        "primary": {
            "50": "#eef2fe",
            "100": "#e3e9fc",
            "200": "#c9d4f9",
            "300": "#a9bbff",
            "400": "#7b93ea",
            "500": "#4a6ae0",
            "600": "#3a5bd0",
            "700": "#2f4cb3",
            "800": "#29408f",
            "900": "#233672",
            "950": "#161f45",
        }
    },
}

STATIC_URL = "static/"
STATIC_ROOT = PROJECT_DIR / "staticfiles"
# The page uses the published client module.
STATICFILES_DIRS = [("client", BASE_DIR / "clients" / "js")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "web.static_files.BundledStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# -- Real time

SOCKET_MAX_RATE = environment.integer("SOCKET_MAX_RATE", 100)
SOCKETS_PER_ADDRESS = environment.integer("SOCKETS_PER_ADDRESS", 200)
GAME_JOURNAL = "game.live.journal.Journal"
JOURNAL_ARCHIVE_AFTER = environment.integer("JOURNAL_ARCHIVE_AFTER", 7, minimum=0)
CHAT_WORDS = environment.readable("CHAT_WORDS", BASE_DIR / "core" / "words.txt")
ENCRYPTION_KEY = environment.text("ENCRYPTION_KEY", "")
VOICE = environment.voice()
CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"] += VOICE.livekit_origins
INVITE_TTL = environment.integer("INVITE_TTL", 60)

# -- Play

SECTIONS = environment.some_of("SECTIONS", sections.SECTIONS)
SIGN_IN_WAYS = environment.some_of("SIGN_IN_WAYS", sections.SIGN_IN_WAYS)
SHIPPED_GAMES = environment.names("SHIPPED_GAMES", ["all"])
FIRST_GAME = environment.text("FIRST_GAME", "")
STAMINA_REGEN_PERCENT = environment.fraction("STAMINA_REGEN_PERCENT", "0.1")
STAMINA_REGEN_INTERVAL = environment.integer("STAMINA_REGEN_INTERVAL", 10)

# -- Operators

EVENT_LOG_DAYS = environment.integer("EVENT_LOG_DAYS", 0, minimum=0, maximum=3650)
WEBHOOK_NETWORKS = environment.networks("WEBHOOK_NETWORKS")

METRICS_TOKEN = environment.text("METRICS_TOKEN", "")
SENTRY_DSN = environment.sentry("SENTRY_DSN")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = logs.configuration(as_json=not DEBUG, level=environment.one_of("LOG_LEVEL", LOG_LEVELS, "INFO"))

# -- The rest

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
