"""The mails, whole, with their headers."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.utils import make_msgid
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from screening.digest.render import UNSUBSCRIBE, to_html, wrap
from screening.digest.tokens import confirmation_token, ending_token
from screening.models import Digest, Subscription


def host() -> str:
    """The host by which our ids are told from everybody else's."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def end_url(subscription: Subscription) -> str:
    return f"{settings.BASE_URL}/digest/unsubscribe/{ending_token(subscription)}/"


def _mailto(subscription: Subscription) -> str:
    return f"mailto:{settings.CONTACT}?subject={quote('unsubscribe ' + subscription.email)}"


def list_headers(subscription: Subscription, message_id: str) -> dict[str, str]:
    """RFC 2369, RFC 2919, and one click to leave (RFC 8058)."""
    return {
        "Message-ID": message_id,
        "List-Unsubscribe": f"<{end_url(subscription)}>, <{_mailto(subscription)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"Tessera weekly digest <digest.{host()}>",
        "List-Archive": f"<{settings.BASE_URL}/digest/>",
        "Precedence": "bulk",
    }


def issue_mail(digest: Digest, subscription: Subscription) -> EmailMultiAlternatives:
    """The issue for one address. The same issue to the same address has the same Message-ID."""
    key = hashlib.sha256(f"{digest.week} {subscription.pk} {digest.built_at.isoformat()}".encode()).hexdigest()[:24]
    url = end_url(subscription)
    mail = EmailMultiAlternatives(
        subject=digest.subject,
        body=digest.text.replace(UNSUBSCRIBE, url),
        to=[subscription.email],
        headers=list_headers(subscription, f"<{digest.week}.{key}@{host()}>"),
    )
    mail.attach_alternative(digest.html.replace(UNSUBSCRIBE, url), "text/html")
    return mail


def confirmation_mail(subscription: Subscription, now: datetime) -> EmailMultiAlternatives:
    """Asks whether the address wants the digest, or says that it has it. No mail of a list, so no list headers."""
    known = subscription.confirmed_at is not None and subscription.ended_at is None
    context = {
        "known": known,
        "email": subscription.email,
        "url": f"{settings.BASE_URL}/digest/confirm/{confirmation_token(subscription, now)}/",
        "end_url": end_url(subscription),
        "BASE": settings.BASE_URL,
        "CONTACT": settings.CONTACT,
    }
    mail = EmailMultiAlternatives(
        subject="You get Tessera's weekly digest already" if known else "Confirm Tessera's weekly digest",
        body=wrap(render_to_string("digest/mail/confirm.txt", context)),
        to=[subscription.email],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": make_msgid(domain=host())},
    )
    mail.attach_alternative(to_html("digest/mail/confirm.mjml", context), "text/html")
    return mail
