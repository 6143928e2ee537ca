"""How an address comes on the list and off it. Nothing here tells a stranger whether an address is on it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from screening.digest.mail import confirmation_mail
from screening.models import Subscription

PAUSE = timedelta(hours=1)  # between two mails that a stranger can make us send to one mailbox
MOST_AN_HOUR = 200  # of such mails in all
UNCONFIRMED = timedelta(days=8)  # a request is forgotten after it


class BadAddress(ValueError):
    """No address that mail can be sent to; the text is for the person who gave it."""


class TooMany(Exception):
    """So many requests in this hour that somebody is up to mischief."""


def clean_address(text: str) -> str:
    """The address in the form in which it is kept: lower case, its host in ASCII. Raises BadAddress."""
    address = text.strip().lower()
    try:
        validate_email(address)
        local, _, host = address.rpartition("@")
        address = f"{local}@{host.encode('idna').decode()}"
    except (ValidationError, UnicodeError):
        raise BadAddress("That is no address that we can send mail to.") from None
    if len(address) > 254:
        raise BadAddress("That address is too long.")
    return address


def active() -> Q:
    return Q(confirmed_at__isnull=False, ended_at__isnull=True)


def _mailbox(address: str) -> Q:
    """The addresses that reach the same person: ``ann@…`` and ``ann+anything@…``."""
    local, _, host = address.rpartition("@")
    plain = local.split("+", 1)[0]
    return Q(email__regex=rf"^{re.escape(plain)}(\+[^@]*)?@{re.escape(host)}$")


def _may_write(subscription: Subscription, now: datetime) -> bool:
    """Claims the right to send the address one mail; False where its mailbox had one within the hour."""
    lately = Subscription.objects.filter(confirmation_sent_at__gt=now - PAUSE)
    if lately.count() >= MOST_AN_HOUR:
        raise TooMany
    if lately.filter(_mailbox(subscription.email)).exists():
        return False
    free = Q(confirmation_sent_at=None) | Q(confirmation_sent_at__lte=now - PAUSE)
    return bool(Subscription.objects.filter(free, pk=subscription.pk).update(confirmation_sent_at=now))


def request(address: str, now: datetime) -> None:
    """Ask the address whether it wants the digest. Raises TooMany, or what sending raises (then it may be tried again).

    The same happens for an address that is known, save for the words of the mail.
    """
    subscription, _ = Subscription.objects.get_or_create(email=address, defaults={"requested_at": now})
    before = subscription.confirmation_sent_at
    if not _may_write(subscription, now):
        return
    Subscription.objects.filter(pk=subscription.pk).update(requested_at=now)
    try:
        confirmation_mail(subscription, now).send()
    except OSError:
        Subscription.objects.filter(pk=subscription.pk).update(confirmation_sent_at=before)
        raise


def confirm(subscription: Subscription, now: datetime) -> None:
    """Send to it from now on; again changes nothing."""
    Subscription.objects.filter(pk=subscription.pk).exclude(active()).update(
        confirmed_at=now, ended_at=None, end_reason=""
    )


def end(subscription: Subscription, now: datetime, reason: str) -> None:
    """Send nothing from now on; again changes nothing. A request that was not confirmed ends too."""
    Subscription.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=now, end_reason=reason[:40])


def forget(address: str) -> bool:
    """Delete all that is kept of the address; whether there was anything."""
    deleted, _ = Subscription.objects.filter(email=address).delete()
    return deleted > 0


def forget_unconfirmed(now: datetime) -> int:
    """Delete the addresses that somebody gave and nobody confirmed in time."""
    old = Subscription.objects.filter(confirmed_at=None, requested_at__lt=now - UNCONFIRMED)
    deleted, _ = old.delete()
    return deleted


def all_about(address: str) -> dict[str, Any] | None:
    """Everything that is kept of the address, for the person whose it is; None where that is nothing."""
    row = Subscription.objects.filter(email=address).first()
    if row is None:
        return None
    times = ("requested_at", "confirmation_sent_at", "confirmed_at", "ended_at")
    return {
        "email": row.email,
        **{name: value.isoformat() if (value := getattr(row, name)) else None for name in times},
        "end_reason": row.end_reason,
        "deliveries": [
            {
                "week": delivery.digest.week,
                "claimed_at": delivery.claimed_at.isoformat(),
                "sent_at": delivery.sent_at.isoformat() if delivery.sent_at else None,
                "failure": delivery.failure,
            }
            for delivery in row.deliveries.select_related("digest").order_by("claimed_at")
        ],
    }
