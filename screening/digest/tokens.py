"""The addresses in mails that stand for a person's consent, signed with the installation's secret key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

from screening.models import Subscription

LIFE = timedelta(days=7)
# a dot between the parts: mail programs end an address at other signs
CONFIRM, END = Signer(sep=".", salt="tessera.digest.confirm"), Signer(sep=".", salt="tessera.digest.end")


class TokenForged(Exception):
    """We did not make it, or it was damaged on its way, or the subscription is gone."""


class TokenExpired(Exception):
    """We made it, but it is too old, or the subscription ended after it was made."""


def confirmation_token(subscription: Subscription, now: datetime) -> str:
    return CONFIRM.sign_object([subscription.pk, int(now.timestamp())])


def confirmed_by(token: str, now: datetime) -> Subscription:
    """The subscription that the token confirms. Raises TokenForged or TokenExpired."""
    try:
        pk, stamp = CONFIRM.unsign_object(token)
    except (BadSignature, ValueError):
        raise TokenForged from None
    subscription = _subscription(pk)
    made_at = datetime.fromtimestamp(stamp, UTC)
    ended = subscription.ended_at is not None and subscription.ended_at > made_at
    if now - made_at > LIFE or ended:
        raise TokenExpired
    return subscription


def ending_token(subscription: Subscription) -> str:
    """Never expires: an old mail must still be able to end what it is part of."""
    return END.sign_object([subscription.pk])


def ended_by(token: str) -> Subscription:
    """The subscription that the token ends. Raises TokenForged."""
    try:
        (pk,) = END.unsign_object(token)
    except (BadSignature, ValueError):
        raise TokenForged from None
    return _subscription(pk)


def _subscription(pk: int) -> Subscription:
    subscription = Subscription.objects.filter(pk=pk).first()
    if subscription is None:
        raise TokenForged
    return subscription
