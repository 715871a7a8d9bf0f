"""Every setting of the portal, read from the environment. `.env.example` explains each variable."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.environment import Environment

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
SHORTEST_TOKEN = 32
env = Environment(dotenv=Path(os.environ.get("DOTENV", BASE_DIR / ".env")))

# Core

ENVIRONMENT = env.choice("ENVIRONMENT", ["production", "development"], "production")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

PUBLIC_URL = env.address("PUBLIC_URL", "http://127.0.0.1:8000" if not PRODUCTION else "")
if not PUBLIC_URL:
    raise ImproperlyConfigured("PUBLIC_URL is not set: the address customers reach the portal at.")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [urlsplit(PUBLIC_URL).hostname or ""]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
VENDOR_NAME = env.text("VENDOR_NAME", "Nordhandel" if not PRODUCTION else "")
SUPPORT_EMAIL = env.text("SUPPORT_EMAIL", "")

# Apps, imports one way: each may use those below it

INSTALLED_APPS = [
    "integrations.console",
    "integrations.workspace",
    "integrations.intake",
    "integrations.deliveries",
    "integrations.orders",
    "integrations.signin",
    "integrations.connections",
    "integrations.audit",
    "integrations.tenants",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "ninja",
]

# Middleware

MIDDLEWARE = [
    "portal.middleware.only_known_methods",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "integrations.signin.middleware.sessions_end_with_vismas",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

# Templates

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.vendor",
            ]
        },
    }
]

# Database: PostgreSQL in production, a SQLite file for the demo and for development

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{BASE_DIR}/var/portal.sqlite3")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.number("DATABASE_KEEP_SECONDS", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache and broker: may be emptied at any time, nothing is lost

BROKER_URL, CACHE_URL = env.redis(
    "REDIS_URL", None if PRODUCTION else f"unix://{BASE_DIR}/var/valkey.sock?db=0"
)
CACHES = {
    "default": {
        "BACKEND": "portal.cache.ForgivingCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

# Background work

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Of whoever sends a task: a page must not wait for a broker that is away.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ROUTES = {"integrations.deliveries.tasks.drain": {"queue": "push"}}
# Seconds. Told by the scheduler's clock and read by a worker's: one that is two hours off must not
# silence anything.
STALE_MESSAGE = 3 * 60 * 60
CELERY_BEAT_SCHEDULE = {
    "keep-ledgers": {
        "task": "integrations.connections.tasks.keep_ledgers",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": STALE_MESSAGE},
    },
    "forget-sign-ins": {
        "task": "integrations.signin.tasks.forget_old",
        "schedule": crontab(minute=25),
        "options": {"expires": STALE_MESSAGE},
    },
    "sweep": {
        "task": "integrations.deliveries.tasks.sweep",
        "schedule": timedelta(seconds=3),
        "options": {"expires": STALE_MESSAGE},
    },
    "uploads": {
        "task": "integrations.intake.tasks.pick_up_uploads",
        "schedule": timedelta(seconds=60),
        "options": {"expires": STALE_MESSAGE},
    },
    "remind-staff": {
        "task": "integrations.connections.tasks.remind_staff",
        "schedule": timedelta(hours=1),
        "options": {"expires": STALE_MESSAGE},
    },
    "look-again": {
        "task": "integrations.connections.tasks.look_again",
        "schedule": timedelta(seconds=60),
        "options": {"expires": STALE_MESSAGE},
    },
    "check-listed": {
        "task": "integrations.connections.tasks.check_listed",
        "schedule": timedelta(seconds=60),
        "options": {"expires": STALE_MESSAGE},
    },
    "send-mails": {
        "task": "integrations.connections.tasks.send_mails",
        "schedule": timedelta(seconds=60),
        "options": {"expires": STALE_MESSAGE},
    },
    "write-mails": {
        "task": "integrations.connections.tasks.write_mails",
        "schedule": timedelta(hours=1),
        "options": {"expires": STALE_MESSAGE},
    },
    "prune": {
        "task": "integrations.connections.tasks.prune",
        "schedule": timedelta(hours=6),
        "options": {"expires": STALE_MESSAGE},
    },
    "keep-alive": {
        "task": "integrations.connections.tasks.keep_alive",
        "schedule": timedelta(hours=1),
        "options": {"expires": STALE_MESSAGE},
    },
}

# People

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "portal.accounts.ClosedForSignup"
ACCOUNT_FORMS = {
    "login": "portal.account_forms.Login",
    "add_email": "portal.account_forms.AddEmail",
    "change_password": "portal.account_forms.ChangePassword",
    "set_password": "portal.account_forms.SetPassword",
    "reset_password": "portal.account_forms.ResetPassword",
    "reset_password_from_key": "portal.account_forms.ResetPasswordFromKey",
    "reauthenticate": "portal.account_forms.Reauthenticate",
}
ACCOUNT_PREVENT_ENUMERATION = True
VISMA_SIGN_IN_APPLICATION = env.text("VISMA_SIGN_IN_APPLICATION", "")
VISMA_SIGN_IN_STAFF = env.flag("VISMA_SIGN_IN_STAFF", default=False)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "portal@localhost")
EMAIL_TIMEOUT = 10
vars().update(env.mail("EMAIL_URL", "smtp://localhost:25" if PRODUCTION else "consolemail://"))

# Static files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
if PRODUCTION:
    STATIC_ROOT = BASE_DIR / "staticfiles"
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("nb", "Norsk bokmål"),
    ("sv", "Svenska"),
    ("da", "Dansk"),
    ("fi", "Suomi"),
    ("nl", "Nederlands"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "Europe/Oslo")

# Security. Cookies stay Secure on loopback too: browsers treat it as trustworthy.

ON_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = ON_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.flag("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
SECURE_COOKIES = not env.flag("DEMO_INSECURE_COOKIES", default=False) or PRODUCTION
COOKIE_PREFIX = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
LANGUAGE_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
ENCRYPTION_KEYS = env.secret("ENCRYPTION_KEYS")

# Uploads

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT = env.number("UPLOAD_LIMIT_MB", 50) * 1024 * 1024

# Metrics, at /metrics: whoever knows the token may look, and staff

METRICS_TOKEN = env.text("METRICS_TOKEN", "")
if 0 < len(METRICS_TOKEN) < SHORTEST_TOKEN:
    raise ImproperlyConfigured(f"METRICS_TOKEN must have {SHORTEST_TOKEN} characters or more.")
METRICS_COMPANIES = env.number("METRICS_COMPANIES", 100)

# Logging: one line an event, ids and never contents

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "portal.log_lines.Plain"},
        "json": {"()": "portal.log_lines.JsonLine"},
    },
    "filters": {"redacted": {"()": "portal.redaction.Redacted"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", ["plain", "json"], "plain"),
            "filters": ["redacted"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    # These write tokens and secrets at DEBUG.
    "loggers": {
        name: {"level": "INFO"} for name in ("oauthlib", "requests_oauthlib", "urllib3", "kombu")
    }
    # These repeat addresses; at the logger, so that no handler of another's sees them either.
    | {
        name: {"filters": ["redacted"]}
        for name in ("django.request", "django.security.csrf", "django.security.DisallowedHost")
    }
    | {"django.server": {"filters": ["redacted"], "handlers": ["stderr"], "propagate": False}},
}

# Visma: where it is, for each kind of grant

VISMA_CONNECT_ISSUER = env.address("VISMA_CONNECT_ISSUER", "https://connect.visma.com")
VISMA_CONNECT_AUTHORIZE_URL = env.address(
    "VISMA_CONNECT_AUTHORIZE_URL", "https://connect.visma.com/connect/authorize"
)
VISMA_CONNECT_TOKEN_URL = env.address(
    "VISMA_CONNECT_TOKEN_URL", "https://connect.visma.com/connect/token"
)
VISMA_CONNECT_USERINFO_URL = env.address(
    "VISMA_CONNECT_USERINFO_URL", "https://connect.visma.com/connect/userinfo"
)
VISMA_CONNECT_REVOCATION_URL = env.address(
    "VISMA_CONNECT_REVOCATION_URL", "https://connect.visma.com/connect/revocation"
)
VISMA_CONNECT_JWKS_URL = env.address(
    "VISMA_CONNECT_JWKS_URL", "https://connect.visma.com/.well-known/openid-configuration/jwks"
)
VISMA_CONNECT_ISS_ADVERTISED = env.flag("VISMA_CONNECT_ISS_ADVERTISED", default=True)
VISMA_CONNECT_CONTEXT_URL = env.address("VISMA_CONNECT_CONTEXT_URL", "")
VISMA_CONNECT_ORGANIZATION_URL = env.address(
    "VISMA_CONNECT_ORGANIZATION_URL", "https://api.finance.visma.net"
)
VISMA_CONNECT_SALES_ORDER_URL = env.address(
    "VISMA_CONNECT_SALES_ORDER_URL", "https://salesorder.visma.net"
)
VISMA_SERVICE_TOKEN_URL = env.address("VISMA_SERVICE_TOKEN_URL", VISMA_CONNECT_TOKEN_URL)
VISMA_SERVICE_ORGANIZATION_URL = env.address(
    "VISMA_SERVICE_ORGANIZATION_URL", VISMA_CONNECT_ORGANIZATION_URL
)
VISMA_SERVICE_SALES_ORDER_URL = env.address(
    "VISMA_SERVICE_SALES_ORDER_URL", VISMA_CONNECT_SALES_ORDER_URL
)
VISMA_VNI_AUTHORIZE_URL = env.address(
    "VISMA_VNI_AUTHORIZE_URL", "https://integration.visma.net/API/resources/oauth/authorize"
)
VISMA_VNI_TOKEN_URL = env.address(
    "VISMA_VNI_TOKEN_URL", "https://integration.visma.net/API/security/api/v2/token"
)
VISMA_VNI_REVOCATION_URL = env.address(
    "VISMA_VNI_REVOCATION_URL", "https://integration.visma.net/API/security/api/v1/token"
)
VISMA_VNI_CONTEXT_URL = env.address(
    "VISMA_VNI_CONTEXT_URL", "https://integration.visma.net/API/resources/v1/context"
)
VISMA_VNI_ERP_URL = env.address(
    "VISMA_VNI_ERP_URL", "https://integration.visma.net/API/controller/api"
)
VISMA_APP_STORE_URL = env.address("VISMA_APP_STORE_URL", "https://apps.visma.com")
VISMA_DEVELOPER_PORTAL_URL = env.address(
    "VISMA_DEVELOPER_PORTAL_URL", "https://oauth.developers.visma.com"
)
VISMA_CLIENT_AUTHENTICATION = env.choice("VISMA_CLIENT_AUTHENTICATION", ["basic", "post"], "basic")
VISMA_CA_FILE = env.text("VISMA_CA_FILE", "")
VISMA_PROXY = env.text("VISMA_PROXY", "")
# The sandbox speaks plain http on loopback; nothing else ever may.
VISMA_PLAIN_HTTP_HOSTS = env.words("VISMA_PLAIN_HTTP_HOSTS")
VISMA_CONNECT_TIMEOUT = env.seconds("VISMA_CONNECT_TIMEOUT", 5)
VISMA_TOKEN_TIMEOUT = env.seconds("VISMA_TOKEN_TIMEOUT", 20)
VISMA_READ_TIMEOUT = env.seconds("VISMA_READ_TIMEOUT", 60)
# Calls of the ERP API are cut at Visma after four minutes.
VISMA_ERP_READ_TIMEOUT = env.seconds("VISMA_ERP_READ_TIMEOUT", 240)

# The push

PUSH_SLOTS = env.number("PUSH_SLOTS", 64)
PUSH_SLOTS_PER_LANE = env.number("PUSH_SLOTS_PER_LANE", 8)
PUSH_IDLE = env.seconds("PUSH_IDLE", 10)
PUSH_TURN = env.seconds("PUSH_TURN", 300)
PUSH_LEASE = env.seconds("PUSH_LEASE", 15)
QUARANTINE = env.seconds("QUARANTINE", 180)
ERP_QUARANTINE = env.seconds("ERP_QUARANTINE", 300)
READ_LAG = env.seconds("READ_LAG", 30)
# Visma lets one address be asked five times a minute.
LIST_PAUSE = env.seconds("LIST_PAUSE", 12)
FIRST_LOOK = env.seconds("FIRST_LOOK", 5)
# Per cent of an allowance that are kept for checks a person waits for.
QUOTA_RESERVE = env.number("QUOTA_RESERVE", 5)

# Consent

PENDING_CONSENT_LIFE = env.seconds("PENDING_CONSENT_LIFE", 30 * 60)
INVITATION_LIFE = env.seconds("INVITATION_LIFE", 5 * 24 * 60 * 60)
CONNECTING_RETENTION = env.seconds("CONNECTING_RETENTION", 90 * 24 * 60 * 60)
CONSENT_ADDRESS_LIFE = env.seconds("CONSENT_ADDRESS_LIFE", 90 * 24 * 60 * 60)
# What integrators report of the App Store's invitation codes; Visma's own pages give no number.
INVITATION_CODE_LIFE = env.seconds("INVITATION_CODE_LIFE", 5 * 24 * 60 * 60)
