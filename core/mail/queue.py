"""The queue of mails in the database.

A mail is rendered when it is sent, by the function of its kind, so that its secrets are nowhere in the queue.
Each mail is sent at least once: a worker that dies while sending leaves it to the next one. It is not a call
of the outbox, because that is a transaction, which must not last as long as a mail server takes.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from core import due
from core.models import Mail, MailAddress
from core.statements import Insert, statement

LOOK = "mails"
PER_HOUR = 5
"""The maximum number of mails of one kind to one address within an hour; more are not queued."""
MAX_TRIES = 8
FIRST_RETRY = timedelta(minutes=1)
"""The delay after the first try; it doubles each time, so the last try is about two hours after the first."""
BATCH_SIZE = 20
SENT_KEPT_FOR = timedelta(days=7)
FAILED_KEPT_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """The subject and the text of a mail, and the same as HTML."""

    subject: str
    text: str
    html: str = ""


Renderer = Callable[[str, Mapping[str, Any]], Letter | None]

_kinds: dict[str, Renderer] = {}


def kind(name: str) -> Callable[[Renderer], Renderer]:
    """Register ``function(address, facts)``, which renders mails of this kind; None if none is to be sent."""

    def register(function: Renderer) -> Renderer:
        _kinds[name] = function
        return function

    return register


def from_template(template: str, context: Mapping[str, Any], *, language: str) -> Letter:
    """Render ``template``, in which ``{language}`` stands for the folder of the language.

    Its first line is the subject, and the paragraphs become HTML; ``code`` alone is set large.
    """
    context = {**context, "product": settings.PRODUCT}
    subject, _, text = render_to_string(template.format(language=language), context).partition("\n")
    html = render_to_string(
        "core/mail/letter.html",
        {
            "subject": subject.strip(),
            "paragraphs": [paragraph.strip() for paragraph in text.strip().split("\n\n")],
            "code": context.get("code"),
            "language": language,
        },
    )
    return Letter(subject.strip(), text.lstrip("\n"), html)


@statement
def _lock(address: str) -> Insert:
    return Insert(MailAddress, address=address, conflict=("address",), update={"address": F("address")})


@transaction.atomic(savepoint=False)
def enqueue(*, kind: str, address: str, facts: Mapping[str, Any] | None = None) -> None:
    """Queue a mail in the current transaction. Beyond ``PER_HOUR`` to this address, nothing is queued."""
    _lock.count(address.lower())
    now = timezone.now()
    lately = Mail.objects.filter(kind=kind, address=address.lower(), created_at__gt=now - timedelta(hours=1))
    if lately.count() < PER_HOUR:
        Mail.objects.create(kind=kind, address=address.lower(), facts=facts or {}, due_at=now)
        due.wake(LOOK)
    else:
        logger.warning("A mail of the kind %s is not sent: its address has had %d in an hour", kind, PER_HOUR)


@statement
def waiting(until: datetime) -> QuerySet[Mail, int]:
    """Return the mails that are due before ``until``."""
    return Mail.objects.filter(due_at__lte=until).values_list("pk", flat=True)


def claim() -> list[Mail]:
    """Return mails to send now, which no other worker gets before their next try is due."""
    now = timezone.now()
    mails = Mail.objects.filter(due_at__lte=now).order_by("due_at")[:BATCH_SIZE]
    return [mail for mail in mails if _claim_one(mail)]


def _claim_one(mail: Mail) -> bool:
    next_due = None if mail.tries + 1 >= MAX_TRIES else timezone.now() + FIRST_RETRY * 2**mail.tries
    claimed = Mail.objects.filter(pk=mail.pk, due_at=mail.due_at)
    return claimed.update(due_at=next_due, tries=mail.tries + 1) == 1


def render(mail: Mail) -> EmailMultiAlternatives | None:
    """Return the message to send, or None and forget the mail if there is nobody to write to."""
    letter = _kinds[mail.kind](mail.address, mail.facts)
    if letter is None:
        mail.delete()
        return None
    message = EmailMultiAlternatives(letter.subject, letter.text, to=[mail.address])
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def mark_sent(mail: Mail, *, message: EmailMultiAlternatives) -> None:
    """Record that a mail was sent; with ``DEBUG`` its text is kept for ``/dev/mail/``."""
    shown: dict[str, str] = {}
    if settings.DEBUG:
        html = [str(content) for content, kind in message.alternatives if kind == "text/html"]
        shown = {"subject": str(message.subject), "text": str(message.body), "html": "".join(html)}
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), due_at=None, **shown)


def delete_old() -> None:
    """Delete mails that were sent or given up long ago."""
    now = timezone.now()
    Mail.objects.filter(sent_at__lt=now - SENT_KEPT_FOR).delete()
    Mail.objects.filter(due_at=None, created_at__lt=now - FAILED_KEPT_FOR).delete()
    MailAddress.objects.filter(~Exists(Mail.objects.filter(address=OuterRef("address")))).delete()


def delete_to(address: str) -> None:
    """Delete all mails to an address."""
    Mail.objects.filter(address=address.lower()).delete()
    MailAddress.objects.filter(address=address.lower()).delete()


def to(address: str) -> list[dict[str, Any]]:
    """Return the mails to an address for its owner's export, oldest first."""
    rows = Mail.objects.filter(address=address.lower()).order_by("created_at")
    return [dict(row) for row in rows.values("kind", "created_at", "sent_at")]


def latest(count: int) -> list[Mail]:
    """Return the newest mails."""
    return list(Mail.objects.order_by("-pk")[:count])
