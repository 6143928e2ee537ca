"""Sends an issue: to each address at most once, whatever is killed and whoever else sends at the same time.

An address is claimed by the one row that it may have for an issue, in a transaction of its own, before its mail goes
out. A process that dies in between leaves the claim: it is shown (``stuck_deliveries``), and never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import transaction

from screening.digest.mail import issue_mail
from screening.digest.subscribing import active, end
from screening.digest.transport import Attempt, Fate, Server
from screening.models import Delivery, Digest, Subscription

STUCK = timedelta(minutes=10)  # a claim that is older and has no result was left by a process that died


class ServerDown(Exception):
    """The mail server cannot be reached or does not want us; one line says what it said."""


@dataclass
class Sent:
    """What became of the mails of one run."""

    sent: int = 0
    bounced: int = 0
    rejected: int = 0
    later: int = 0
    unknown: int = 0

    @property
    def tried(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))

    def __str__(self) -> str:
        told = ", ".join(f"{getattr(self, f.name)} {f.name}" for f in fields(self) if getattr(self, f.name))
        return told or "nothing to send"


def unsent(digest: Digest) -> list[int]:
    """The subscriptions that the issue is still to go to."""
    waiting = Subscription.objects.filter(active()).exclude(deliveries__digest=digest)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def claim(digest: Digest, subscription_id: int, now: datetime) -> Delivery | None:
    """The one delivery of the issue to the address; None where it was claimed or the subscription ended meanwhile."""
    with transaction.atomic(durable=True):
        wanted = Subscription.objects.select_for_update().filter(active(), pk=subscription_id).first()
        if wanted is None:
            return None
        delivery, mine = Delivery.objects.select_related("subscription").get_or_create(
            digest=digest, subscription=wanted, defaults={"claimed_at": now}
        )
    return delivery if mine else None


def _settle(delivery: Delivery, attempt: Attempt, now: datetime, result: Sent) -> None:
    """Record what the server said."""
    row = Delivery.objects.filter(pk=delivery.pk)
    match attempt.fate:
        case Fate.TAKEN:
            row.update(sent_at=now)
            result.sent += 1
        case Fate.BOUNCED:
            with transaction.atomic():
                row.update(failure=attempt.reason)
                end(delivery.subscription, now, f"bounced: {attempt.reason}")
            result.bounced += 1
        case Fate.REJECTED:
            row.update(failure=attempt.reason)
            result.rejected += 1
        case Fate.UNKNOWN:
            row.update(failure=f"unknown whether it was taken: {attempt.reason}")
            result.unknown += 1
        case Fate.LATER | Fate.US:  # the server surely has not taken it: the claim is free for the next sweep
            row.delete()
            result.later += 1


def _send_one(server: Server, digest: Digest, subscription_id: int, now: datetime, result: Sent) -> Attempt | None:
    delivery = claim(digest, subscription_id, now)
    if delivery is None:
        return None
    attempt = server.send(issue_mail(digest, delivery.subscription))
    _settle(delivery, attempt, now, result)
    return attempt


def send_issue(digest: Digest, *, now: datetime) -> Sent:
    """Send the issue to every active address that it was not sent to. Raises ServerDown; what was sent stays sent."""
    result, waiting = Sent(), unsent(digest)
    if not waiting:
        return result
    try:
        server = Server()
        with server:
            for subscription_id in waiting:
                attempt = _send_one(server, digest, subscription_id, now, result)
                if attempt and attempt.fate is Fate.US:
                    raise ServerDown(f"{attempt.reason} ({result})")
                if attempt and attempt.fate is Fate.UNKNOWN:
                    server.reopen()
    except OSError as error:  # of opening the connection: no mail went over
        raise ServerDown(f"the mail server cannot be used: {error}") from error
    return result


def stuck_deliveries(now: datetime) -> list[Delivery]:
    """Claims whose process died before it could say what became of the mail."""
    left = Delivery.objects.filter(sent_at=None, failure="", claimed_at__lt=now - STUCK)
    return list(left.select_related("digest", "subscription").order_by("claimed_at"))
