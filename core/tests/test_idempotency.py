"""A POST with an Idempotency-Key runs once."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from core import idempotency, personal_data
from core.idempotency import idempotent
from core.models import IdempotentAnswer
from core.refusals import Conflict
from core.routes import route

pytestmark = pytest.mark.django_db(transaction=True)


class Hire(APIView):
    """Creates a user with the given name, which must not happen twice."""

    authentication_classes = ()
    permission_classes = ()

    @idempotent
    def post(self, request: Any, room: str = "1") -> Response:
        if request.data["name"] == "nobody":
            get_user_model().objects.create(username="half")
            raise Conflict("No.")
        made = get_user_model().objects.create(
            username=f"{request.data['name']}{get_user_model().objects.count()}"
        )
        return Response({"id": made.pk, "at": timezone.now()}, status=201)


@pytest.fixture
def post(routes: Any, user: Any) -> Callable[..., Any]:
    routes(route("api/hire", Hire.as_view()), route("api/hire/<int:room>", Hire.as_view()))

    def post(
        body: Any, key: Any = None, path: str = "/api/hire", by: Any = user, address: str = "192.0.2.1"
    ) -> Any:
        client = APIClient(REMOTE_ADDR=address)
        client.force_authenticate(by)
        return client.post(path, body, headers={"Idempotency-Key": key} if key is not None else {})

    return post


def test_the_same_key_and_body_gets_the_first_answer_again(post: Callable[..., Any]) -> None:
    first = post({"name": "bob", "x": 1}, "k")
    again = post({"x": 1, "name": "bob"}, "k", path="/api/hire/")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert get_user_model().objects.count() == 2


def test_without_a_key_or_with_another_it_is_done_again(post: Callable[..., Any]) -> None:
    ids = {post({"name": "bob"}, key).json()["id"] for key in (None, None, "a", "b")}

    assert len(ids) == 4


@pytest.mark.parametrize(("body", "path"), [({"name": "eve"}, "/api/hire"), ({"name": "bob"}, "/api/hire/7")])
def test_the_same_key_with_another_request_is_refused(
    post: Callable[..., Any], body: dict[str, Any], path: str
) -> None:
    post({"name": "bob"}, "k")

    answer = post(body, "k", path=path)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


def test_keys_belong_to_their_user(post: Callable[..., Any]) -> None:
    other = get_user_model().objects.create(username="eve")

    assert post({"name": "bob"}, "k").json()["id"] != post({"name": "bob"}, "k", by=other).json()["id"]


def test_strangers_are_told_apart_by_their_network(post: Callable[..., Any]) -> None:
    first, again, neighbour = (
        post({"name": "bob"}, "k", by=None, address=address)
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    )

    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert neighbour.json()["id"] != first.json()["id"]
    assert post({"name": "bob"}, "k").json()["id"] not in (first.json()["id"], neighbour.json()["id"])
    other_body = post({"name": "eve"}, "k", by=None, address="2001:db8::1")
    assert (other_body.status_code, other_body.json()["code"]) == (409, "idempotency_key_reused")


def test_what_is_kept_of_a_stranger_is_sealed(post: Callable[..., Any]) -> None:
    at = post({"name": "bob"}, "k", by=None).json()["at"]

    kept = IdempotentAnswer.objects.get()
    assert at.encode() not in bytes(kept.body)
    assert kept.key != "k"
    plain = hashlib.sha256(b'/api/hire\0{"name":"bob"}').hexdigest()
    assert kept.fingerprint != plain


def test_a_refusal_changes_nothing_and_the_key_may_be_tried_again(post: Callable[..., Any]) -> None:
    assert post({"name": "nobody"}, "k").status_code == 409

    assert not IdempotentAnswer.objects.exists()
    assert not get_user_model().objects.filter(username="half").exists()
    assert post({"name": "bob"}, "k").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "é"])
def test_a_strange_key_is_invalid(post: Callable[..., Any], key: str) -> None:
    assert post({"name": "bob"}, key).status_code == 422
    assert post({"name": "bob"}, key, by=None).status_code == 422


@pytest.mark.parametrize("is_stranger", [False, True])
def test_of_many_at_once_one_is_done_and_all_hear_of_it(
    post: Callable[..., Any], user: Any, is_stranger: bool
) -> None:
    barrier = threading.Barrier(8)

    def twin(_: Any) -> Any:
        try:
            barrier.wait(timeout=30)
            return post({"name": "bob"}, "k", by=None if is_stranger else user)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(twin, range(8)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert get_user_model().objects.count() == 2


def test_answers_are_forgotten_after_a_day(post: Callable[..., Any]) -> None:
    post({"name": "bob"}, "old")
    IdempotentAnswer.objects.update(created_at=timezone.now() - idempotency.RETENTION * 2)
    post({"name": "bob"}, "new")

    assert idempotency.delete_expired() == 1
    assert IdempotentAnswer.objects.get().key == "new"


def test_answers_to_who_is_erased_are_forgotten_and_no_others(post: Callable[..., Any], user: Any) -> None:
    other = get_user_model().objects.create(username="other")
    post({"name": "bob"}, "k")
    post({"name": "bob"}, "k", by=other)

    personal_data.erase(user.pk)

    assert IdempotentAnswer.objects.get().user_id == other.pk
