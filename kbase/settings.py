"""Django's settings. What may differ between installations comes from the environment (docs/settings.md)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from kbase import embedded, environment

BASE_DIR = environment.ROOT
DATA_DIR: Path = environment.folder("TESSERA_DATA", "var")
SHARED_DIR: Path = environment.folder("TESSERA_SHARED", "../shared")
BASE_URL = environment.base_url()
PORT = environment.port()
FETCH_ALLOW = environment.networks()
DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_key()

_site = urlsplit(BASE_URL)
HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = sorted({_site.hostname or "localhost", "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "kbase",
    "ingest",
    "screening",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "screening.web.security.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
]
ROOT_URLCONF = "kbase.urls"
WSGI_APPLICATION = "kbase.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "screening.web.context.site",
            ],
        },
    }
]

EXTERNAL_DATABASE = environment.database()
EMBEDDED = EXTERNAL_DATABASE is None
_options: dict[str, str] = embedded.connection_options(DATA_DIR) if EMBEDDED else {}
_database: dict[str, object] = EXTERNAL_DATABASE or {
    "ENGINE": "django.db.backends.postgresql",
    **{key.upper().replace("DBNAME", "NAME"): value for key, value in embedded.connection_params(DATA_DIR).items()},
    "OPTIONS": _options,
}
DATABASES = {"default": {**_database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_SCHEMA = "celery_broker"


def _broker_on_the_database() -> str:
    """kombu's SQLAlchemy transport on our own PostgreSQL, in a schema of its own."""
    user, password = quote(str(_database.get("USER") or "")), quote(str(_database.get("PASSWORD") or ""), safe="")
    host, port, name = _database.get("HOST") or "", _database.get("PORT") or "", _database["NAME"]
    more: dict[str, object] = {**_options, "options": f"-csearch_path={BROKER_SCHEMA}"}
    where = "&".join(
        f"{key}={quote(str(value), safe='')}" for key, value in {"host": host, "port": port or 5432, **more}.items()
    )
    return f"sqla+postgresql+psycopg://{user}:{password}@/{name}?{where}"


CELERY_BROKER_URL = environment.broker() or _broker_on_the_database()
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"

globals().update(environment.email())
DEFAULT_FROM_EMAIL = os.environ.get("TESSERA_FROM_EMAIL", "").strip() or f"Tessera <digest@{_site.hostname}>"
CONTACT = os.environ.get("TESSERA_CONTACT", "").strip() or f"postmaster@{_site.hostname}"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # what all web processes must count together
    "shared": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA_DIR / "cache"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "screening.api.problems.problem_details",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tessera",
    "DESCRIPTION": "Companies in a multi-model world: scores with their evidence, models, offerings, prices.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"httpx2": {"level": "WARNING"}, "kombu": {"level": "WARNING"}},
}
