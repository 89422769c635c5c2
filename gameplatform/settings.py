"""Settings, all from the environment (see .env.example). With none set, everything runs from this folder."""

import tomllib
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.templatetags.static import static

from core import logs
from core.embedded import valkey
from core.postgresql.connection import Connection
from gameplatform import environment

BASE_DIR = Path(__file__).resolve().parent.parent
RUN_DIR = BASE_DIR / ".run"

env = environ.Env()
env.read_env(BASE_DIR / ".env")

PRODUCT = "Game platform"
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
PROTOCOL_VERSION = "1.0"

DEBUG = environment.flag("DEBUG", True)
ENVIRONMENT = environment.plain("ENVIRONMENT", "development" if DEBUG else "production")
INSECURE_SECRET_KEY = "insecure-development-key-of-a-checkout-never-for-production"
SECRET_KEY = environment.plain("SECRET_KEY", INSECURE_SECRET_KEY if DEBUG else "")
SECRET_KEY_FALLBACKS = environment.names("SECRET_KEY_FALLBACKS")
HOST = environment.plain("HOST", "127.0.0.1")
PORT = environment.whole("PORT", 8000, least=0, most=65_535)
WORKERS = environment.whole("WORKERS", 1)
COMPILED = environment.flag("COMPILED", True)
FORWARDED_ALLOW_IPS = environment.proxies("FORWARDED_ALLOW_IPS", ["127.0.0.1", "::1"])
UNLIMITED_ADDRESSES = environment.networks("UNLIMITED_ADDRESSES", ["127.0.0.0/8", "::1"] if DEBUG else [])
DOOR_CHECK = environment.plain("DOOR_CHECK", "")
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])

# -- Applications

EXTRA_APPS = environment.apps("EXTRA_APPS")
OUR_APPS = [
    "core",
    "realtime",
    "accounts",
    "friends",
    "progression",
    "progression.achievements",
    "game",
    "game.battles",
    "chat",
    "matchmaking",
    "world",
    "notifications",
    "operators",
    "web",
]
INSTALLED_APPS = [
    # First, so that its runserver is found before that of staticfiles.
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
    # The API has no use for those in between, and a hot read feels what each costs.
    "core.middleware.ShortcutForAPI",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "operators.middleware.AdminPolicy",
    "axes.middleware.AxesMiddleware",
    "core.middleware.EndOfShortcut",
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

DATABASES = {"default": environment.database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["ENGINE"] = "core.sqlite"
    # Measured: with Django's defaults 317 of 800 concurrent transactions failed, with these none.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # A file, so that the threads of a test and of a live server see one database.
    _database["TEST"] = {"NAME": str(RUN_DIR / "test.sqlite3")}
else:
    _database["ENGINE"] = "core.postgresql"
    # Attempts to connect come ever more rarely until they are given up and begin anew: after an outage of 70
    # seconds, and with the pool's own 300 for this, the next came 45 seconds after the database did.
    _pool = {
        "min_size": 1,
        # The threads of all lanes (gameplatform/doors.py) and those of sockets, most of them busy.
        "max_size": 20,
        "timeout": 5,
        "reconnect_timeout": 2,
        "connection_class": Connection,
    }
    # A server that fell silent (its machine or the way to it is gone) is given up within half a minute: TCP's
    # own patience, a quarter of an hour, would hold all threads that had asked it, and a worker that stops.
    _patience = {
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    # What the URL says beside, such as sslmode, is for libpq.
    _database["OPTIONS"] = {**_patience, **_database.get("OPTIONS", {}), "pool": _pool}
_database["CONN_MAX_AGE"] = 0

REDIS_URL = environment.url("REDIS_URL", valkey.url(RUN_DIR), schemes=("redis", "rediss", "unix"))
REDIS_PREFIX = environment.redis_prefix("REDIS_PREFIX", _database)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": REDIS_PREFIX},
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
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# The one page with Django's own sign-in is the admin.
LOGIN_REDIRECT_URL = "admin:index"
SESSION_TIMEOUT = environment.whole("SESSION_TIMEOUT", 3600)
SIMPLE_JWT = {
    "ALGORITHM": environment.plain("ALGORITHM", "HS256"),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=environment.whole("ACCESS_TOKEN_EXPIRE_MINUTES", 60)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    # A token is good at once on a server whose clock is behind. Access tokens end on time all the same: when
    # they do is checked apart.
    "LEEWAY": timedelta(minutes=15),
    "UPDATE_LAST_LOGIN": False,
    "USER_ID_CLAIM": "sub",
}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "accounts.signing_in.counted_address"
AXES_USERNAME_CALLABLE = "accounts.signing_in.name"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# During a lockout nothing is counted, so that Retry-After stays true.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
# Ours, in accounts/admin.py, keeps to the roles.
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["password", "token", "ticket"]

# -- HTTP

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.renderers.MsgspecRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.renderers.OneForm",
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
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "x-csrftoken"]
CORS_EXPOSE_HEADERS = ["Retry-After"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# That of the admin: a working day.
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    # No SECURE_PROXY_SSL_HEADER, which believes anybody: uvicorn takes the scheme from known proxies alone.
    SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", True)
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
    # Without the one for enums, which would name each of them: they are said in place.
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
}

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# The page is served the same client module that others install.
STATICFILES_DIRS = [("client", BASE_DIR / "clients" / "js")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "web.static_files.BundledStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# -- Real time

SOCKET_MAX_RATE = environment.whole("SOCKET_MAX_RATE", 100)
SOCKETS_PER_ADDRESS = environment.whole("SOCKETS_PER_ADDRESS", 200)
GAME_JOURNAL = "game.live.journal.Journal"
CHAT_WORDS = environment.readable("CHAT_WORDS", BASE_DIR / "core" / "words.txt")
ENCRYPTION_KEY = environment.plain("ENCRYPTION_KEY", "")
INVITE_TTL = environment.whole("INVITE_TTL", 60)

# -- Play

STAMINA_REGEN_PERCENT = environment.part("STAMINA_REGEN_PERCENT", "0.1")
STAMINA_REGEN_INTERVAL = environment.whole("STAMINA_REGEN_INTERVAL", 10)

# -- Operators

METRICS_TOKEN = environment.plain("METRICS_TOKEN", "")
SENTRY_DSN = environment.sentry("SENTRY_DSN")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = logs.configuration(as_json=not DEBUG, level=environment.one_of("LOG_LEVEL", LOG_LEVELS, "INFO"))

# -- The rest

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
