"""The settings that come from the environment, each read by a function that names its variable when it is wrong."""

from __future__ import annotations

import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from kbase.errors import PlainError

ROOT = Path(__file__).resolve().parent.parent
TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingError(PlainError):
    """A variable of the environment has a value that cannot be used; the text is one line and names it."""


def flag(name: str) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in TRUE or value in FALSE:
        return value in TRUE
    raise SettingError(f"{name}={value!r} is neither on nor off")


def port(name: str = "PORT", default: int = 8000) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise SettingError(f"{name}={value!r} is not a port (1 to 65535)")
    return int(value)


def folder(name: str, default: str) -> Path:
    """The folder named by the variable; a relative one is taken from the repository's root."""
    return (ROOT / (os.environ.get(name, "").strip() or default)).resolve()


def networks(name: str = "TESSERA_FETCH_ALLOW") -> tuple[Network, ...]:
    parts = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError as error:
        raise SettingError(f"{name}: {error} (a comma-separated list such as 127.0.0.1/32 is wanted)") from None


def base_url(name: str = "TESSERA_BASE_URL") -> str:
    value = os.environ.get(name, "").strip().rstrip("/") or f"http://127.0.0.1:{port()}"
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.path:
        raise SettingError(f"{name}={value!r} is not an address such as https://tessera.example")
    return value


def database(name: str = "DATABASE_URL") -> dict[str, object] | None:
    """Django's settings for the database named by the variable; None where it is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    if urlsplit(value).scheme not in ("postgres", "postgresql"):
        raise SettingError(f"{name} must begin with postgresql:// (PostgreSQL is the one database)")
    try:
        return dict(dj_database_url.parse(value))
    except (ValueError, dj_database_url.UnknownSchemeError) as error:
        raise SettingError(f"{name}: {error}") from None


BROKERS = ("redis", "rediss", "amqp", "amqps", "sqla+postgresql+psycopg")


def broker(name: str = "CELERY_BROKER_URL") -> str:
    """The address of the variable; empty where it is not set."""
    value = os.environ.get(name, "").strip()
    if value and (urlsplit(value).scheme not in BROKERS or "//" not in value):
        raise SettingError(f"{name} must begin with one of {', '.join(f'{scheme}://' for scheme in BROKERS)}")
    return value


def email(name: str = "EMAIL_URL") -> dict[str, object]:
    """Django's EMAIL_* settings of ``smtp[s|+tls]://user:password@host:port``; without it mail goes to files."""
    value = os.environ.get(name, "").strip()
    if not value:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder("TESSERA_DATA", "var") / "mail"),
        }
    try:
        parts = urlsplit(value)
        port_given = parts.port
    except ValueError as error:
        raise SettingError(f"{name}: {error}") from None
    if parts.scheme not in ("smtp", "smtps", "smtp+tls") or not parts.hostname:
        raise SettingError(f"{name} is not smtp://user:password@host:port (or smtps, smtp+tls)")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port_given or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
        "EMAIL_HOST_USER": parts.username or "",
        "EMAIL_HOST_PASSWORD": parts.password or "",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 20,
    }


def secret_key(name: str = "SECRET_KEY") -> str:
    """The variable's value, else a key that is made once and kept in the data folder, readable by its owner only."""
    value = os.environ.get(name, "")
    if value:
        if len(value) < 32:
            raise SettingError(f"{name} is shorter than 32 characters")
        return value
    kept = folder("TESSERA_DATA", "var") / "secret_key"
    try:
        return kept.read_text() if kept.exists() else _make_secret_key(kept)
    except OSError as error:
        raise SettingError(f"TESSERA_DATA: cannot keep the secret key in {kept}: {error.strerror}") from None


def _make_secret_key(kept: Path) -> str:
    kept.parent.mkdir(parents=True, exist_ok=True)
    mine = kept.with_name(f"secret_key.{secrets.token_hex(4)}")
    with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(64))
    try:
        os.link(mine, kept)  # two starts at once: the first link wins
    except FileExistsError:
        pass
    finally:
        mine.unlink()
    return kept.read_text()
