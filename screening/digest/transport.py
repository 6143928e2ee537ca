"""Hands one mail to the server, step by step, so that it is known whether the server can have taken it."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.utils import parseaddr
from enum import Enum
from io import BytesIO
from types import TracebackType

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

POLICY = re.compile(r"\b5\.7\.\d+\b")  # RFC 3463: the server refuses us, whatever the address


class Fate(Enum):
    TAKEN = "taken"
    BOUNCED = "bounced"  # there is no such mailbox, now and for ever
    REJECTED = "rejected"  # the server took the address and refused the mail
    LATER = "later"  # surely not taken; may be tried again
    US = "us"  # surely not taken, and no other mail will be: the server refuses us, or is not there
    UNKNOWN = "unknown"  # the connection broke after the mail went over: it may have been taken


@dataclass(frozen=True, slots=True)
class Attempt:
    fate: Fate
    reason: str = ""


class Refused(Exception):
    """The server said no to one step."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.reason)
        self.attempt = attempt


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {words}".split())[:300]


def _expect(answer: tuple[int, bytes], otherwise: Fate) -> None:
    code, text = answer
    if code >= 300:
        raise Refused(Attempt(Fate.US if code == 421 else otherwise, _said(code, text)))


def _after_recipient(answer: tuple[int, bytes]) -> None:
    reason = _said(*answer)
    if POLICY.search(reason):
        _expect(answer, Fate.US)
    _expect(answer, Fate.BOUNCED if answer[0] >= 500 else Fate.LATER)


def as_bytes(mail: EmailMultiAlternatives) -> bytes:
    """As it goes over the wire. No header is folded: readers of List-Unsubscribe want its addresses whole."""
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, maxheaderlen=0).flatten(mail.message(), linesep="\r\n")
    return out.getvalue()


def _hand_over(smtp: smtplib.SMTP, mail: EmailMultiAlternatives) -> Attempt:
    content = as_bytes(mail)
    try:
        smtp.ehlo_or_helo_if_needed()
        _expect(smtp.mail(parseaddr(mail.from_email)[1]), Fate.US)
        _after_recipient(smtp.rcpt(mail.to[0]))
    except Refused as refused:
        return refused.attempt
    except (smtplib.SMTPException, OSError) as error:
        return Attempt(Fate.US, f"the connection broke before the mail went over: {error}")
    return _content(smtp, content)


def _content(smtp: smtplib.SMTP, content: bytes) -> Attempt:
    try:
        code, text = smtp.data(content)
    except smtplib.SMTPDataError as error:  # the server did not want to see it
        code, text = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
    except (smtplib.SMTPException, OSError) as error:
        return Attempt(Fate.UNKNOWN, f"the connection broke while the mail went over: {error}")
    if code == 250:
        return Attempt(Fate.TAKEN)
    return Attempt(Fate.REJECTED if code >= 500 else Fate.LATER, _said(code, text))


class Server:
    """The configured way out, open for many mails. Entering it raises OSError where it cannot be opened."""

    def __init__(self, backend: BaseEmailBackend | None = None) -> None:
        self.backend = backend or get_connection(fail_silently=False)

    def __enter__(self) -> Server:
        self.backend.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.backend.close()

    def send(self, mail: EmailMultiAlternatives) -> Attempt:
        """One mail to one address, once. Nothing is raised for what the server does."""
        if isinstance(self.backend, EmailBackend) and isinstance(self.backend.connection, smtplib.SMTP):
            attempt = _hand_over(self.backend.connection, mail)
            if attempt.fate not in (Fate.TAKEN, Fate.UNKNOWN, Fate.US):
                self._start_over(self.backend.connection)
            return attempt
        try:
            self.backend.send_messages([mail])
        except OSError as error:
            return Attempt(Fate.UNKNOWN, str(error))
        return Attempt(Fate.TAKEN)

    def _start_over(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.reopen()

    def reopen(self) -> None:
        """A fresh connection. Raises OSError where there is none to be had."""
        self.backend.close()
        self.backend.open()
