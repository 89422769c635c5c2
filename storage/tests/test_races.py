"""Concurrent writes on real connections."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from storage.models import Document, Folder
from storage.tests.conftest import Person

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


def test_of_many_writes_that_expect_one_version_one_is_made(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails if ``services.write`` does not lock the folder: several succeed."""
    tag = ada.put("saves/a", 0).headers["ETag"]

    def write(number: int) -> Any:
        headers = {"If-Match": tag}
        return ada.client.put("/api/storage/saves/a", {"value": number}, headers=headers)

    answers = at_once([lambda number=number: write(number) for number in range(THREADS)])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: THREADS - 1}
    (written,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert ada.get("saves/a").json() == written


def test_the_bound_of_documents_holds_whatever_is_written_at_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    def write(number: int) -> Any:
        return ada.client.put(f"/api/storage/small/{number}", {"value": number})

    answers = at_once([lambda number=number: write(number) for number in range(THREADS)])

    assert Counter(answer.status_code for answer in answers) == {200: 3, 409: THREADS - 3}
    assert Document.objects.count() == Folder.objects.get().documents == 3


def test_batches_over_the_same_documents_do_not_deadlock(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    names = ["garages", "saves", "small"]

    def write(turn: int) -> Any:
        order = names[turn % 3 :] + names[: turn % 3]
        put = [{"collection": name, "key": "a", "value": turn} for name in order]
        return ada.client.post("/api/storage", {"put": put})

    answers = at_once([lambda turn=turn: write(turn) for turn in range(THREADS)])

    assert [answer.status_code for answer in answers] == [200] * THREADS
    assert len(set(Document.objects.values_list("value", flat=True))) == 1
