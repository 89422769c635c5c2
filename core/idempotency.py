"""``Idempotency-Key``: a POST sent twice runs once and gets the same answer both times."""

import functools
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from cryptography.fernet import Fernet
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response

from core import client_address
from core.ids import UserId
from core.models import IdempotentAnswer
from core.personal_data import erases
from core.refusals import Conflict, Invalid
from core.renderers import encode

HEADER = "Idempotency-Key"
RETENTION = timedelta(hours=24)

_canonical = msgspec.json.Encoder(order="deterministic").encode

Handler = TypeVar("Handler", bound=Callable[..., HttpResponseBase])


class IdempotencyKeyReused(Conflict):
    """The key was already used for a different request."""

    code = "idempotency_key_reused"
    title = "Idempotency key reused"


def idempotent(handler: Handler) -> Handler:
    """Make a view's ``post`` honour ``Idempotency-Key``.

    The same key and body of the same user returns the first answer again (with ``Idempotent-Replayed:
    true``); a different body is refused with :class:`IdempotencyKeyReused`. The answer commits together with
    the handler's changes. A refusal changes nothing and is not kept, so the key may be retried. Requests
    without the header are unaffected.

    Callers without a token are identified by their network. Their answers contain tokens, so they are stored
    encrypted: reading one takes the key, the body and our secret.
    """

    @functools.wraps(handler)
    def post(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not (0 < len(key) <= 200 and key.isascii() and key.isprintable()):
            raise Invalid(f"{HEADER} is 1 to 200 printable ASCII characters.")
        scope = _User(request, key) if request.user else _Stranger(request, key)
        with transaction.atomic():
            # A concurrent duplicate blocks here, on the unique constraint, until this one commits.
            row, is_first = IdempotentAnswer.objects.get_or_create(
                user_id=scope.user_id, key=scope.key, defaults={"fingerprint": scope.fingerprint}
            )
            if not is_first:
                if row.fingerprint != scope.fingerprint:
                    raise IdempotencyKeyReused("This Idempotency-Key came before, with a different request.")
                return _again(row, scope.opened(bytes(row.body)))
            answer = handler(view, request, *args, **kwargs)
            if not isinstance(answer, Response):
                raise TypeError("An idempotent handler answers with a REST framework Response.")
            row.status = answer.status_code
            row.body = scope.sealed(b"" if answer.data is None else encode(answer.data))
            row.save(update_fields=["status", "body"])
            return answer

    post.is_idempotent = True  # type: ignore[attr-defined]
    return post  # type: ignore[return-value]


class _User:
    """The key's owner: an authenticated user."""

    def __init__(self, request: Request, key: str) -> None:
        self.user_id: Any = request.user.pk
        self.key = key
        self.fingerprint = _fingerprint(request)

    def sealed(self, body: bytes) -> bytes:
        return body

    def opened(self, body: bytes) -> bytes:
        return body


class _Stranger:
    """The key's owner: all callers from this network without a token.

    The body may contain a password, and the answer contains tokens. The body's digest is keyed with our
    secret; the answer is encrypted with what only the client knows in addition.
    """

    user_id: Any = None

    def __init__(self, request: Request, key: str) -> None:
        address = client_address.of_request(request._request)
        where = client_address.network(address) if address else ""
        self.key = _keyed("key", where, key).hex()
        self.fingerprint = _keyed("fingerprint", _fingerprint(request)).hex()
        self._fernet = Fernet(urlsafe_b64encode(_keyed("seal", where, key, self.fingerprint)))

    def sealed(self, body: bytes) -> bytes:
        return self._fernet.encrypt(body)

    def opened(self, body: bytes) -> bytes:
        return self._fernet.decrypt(body)


def _keyed(purpose: str, *parts: str) -> bytes:
    return salted_hmac(f"idempotency.{purpose}", "\0".join(parts), algorithm="sha256").digest()


def _again(row: IdempotentAnswer, body: bytes) -> HttpResponse:
    answer = HttpResponse(body, status=row.status or 200, content_type="application/json")
    answer["Idempotent-Replayed"] = "true"
    return answer


def _fingerprint(request: Request) -> str:
    path = request.path.removesuffix("/")
    return hashlib.sha256(path.encode() + b"\0" + _canonical(request.data)).hexdigest()


@erases
def delete_answers_to(user_id: UserId) -> None:
    """Delete the user's stored answers: they may contain personal data."""
    IdempotentAnswer.objects.filter(user_id=user_id).delete()


def delete_expired() -> int:
    """Delete answers older than a day; return their number."""
    deleted, _ = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - RETENTION).delete()
    return deleted
