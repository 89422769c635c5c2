"""Documents over REST: versions, rights, lists, batches and bounds."""

from typing import Any

import pytest

from core import calls, personal_data
from core.parsers import MAX_DEPTH
from gameplatform.extend import NotAllowed, before, storage
from storage.collections import Collection
from storage.commands import PutDocument
from storage.models import Folder
from storage.tests.conftest import GROUPS, Person


def values(page: Any) -> list[Any]:
    return [document["value"] for document in page.json()["results"]]


@pytest.mark.parametrize("value", [{"lap": 3, "name": "Ä"}, [1, 2.5], "text", 7, None, True])
def test_a_saved_game_is_there_on_another_device(ada: Person, value: Any) -> None:
    saved = ada.put("saves/slot-1", value).json()

    loaded = ada.get("saves/slot-1/")
    assert loaded.json() == saved
    assert (saved["value"], saved["owner"], saved["collection"]) == (value, ada.id, "saves")
    assert loaded.headers["ETag"] == f'"{saved["version"]}"'
    ada.get("saves/slot-1", 304, **{"If-None-Match": loaded.headers["ETag"]})
    ada.delete("saves/slot-1")
    assert ada.get("saves/slot-1", 404).json()["code"] == "unknown_document"


def test_a_write_with_an_old_version_is_refused(ada: Person) -> None:
    first = ada.put("saves/a", 1, **{"If-None-Match": "*"}).headers["ETag"]
    second = ada.put("saves/a", 2, **{"If-Match": first}).headers["ETag"]

    refused = ada.put("saves/a", 3, 409, **{"If-Match": first}).json()
    assert (refused["code"], refused["details"]["version"]) == ("stale_version", second.strip('"'))
    ada.put("saves/a", 3, 409, **{"If-None-Match": "*"})
    ada.delete("saves/a", 409, **{"If-Match": first})
    ada.put("saves/b", 3, 409, **{"If-Match": "*"})
    ada.put("saves/b", 3, 409, **{"If-Match": '""'})
    ada.put("saves/b", 3, 422, **{"If-Match": "bare"})
    ada.put("saves/a", 3, **{"If-Match": f"W/{second}"})
    ada.delete("saves/a", **{"If-Match": "*"})
    # A document that is made again has no version of the deleted one.
    ada.put("saves/a", 1)
    ada.put("saves/a", 4, 409, **{"If-Match": first})


@pytest.mark.parametrize("key", ["a b", "ä", "k" * 101])
def test_keys_are_short_and_plain(ada: Person, key: str) -> None:
    ada.put(f"saves/{key}", 1, 422)


def test_each_right_is_for_whom_it_says(ada: Person, bob: Person) -> None:
    GROUPS[5] = {ada.id}
    ada.put("saves/a", 1)
    ada.put("garages/a", 1)
    ada.put("boards/a?owner=5", "ours")
    storage.put("tuning", "a", None, {"speed": 3})
    storage.put("secrets", "a", ada.id, 1)

    for path in (f"saves/a?owner={ada.id}", "boards/a?owner=5", f"secrets/a?owner={ada.id}"):
        for refused in (bob.get(path, 403), bob.put(path, 2, 403), bob.delete(path, 403)):
            assert refused.json()["code"] == "no_access"
    assert ada.get("secrets/a", 403).json()["code"] == "no_access"
    assert bob.get(f"garages/a?owner={ada.id}").json()["value"] == 1
    bob.put(f"garages/a?owner={ada.id}", 2, 403)
    assert bob.get("tuning/a?owner=server").json()["owner"] is None
    for owner in ("server", bob.id):
        bob.put(f"tuning/a?owner={owner}", 2, 403)
    assert ada.get("boards/a?owner=5").json()["value"] == "ours"
    assert ada.get("boards/a", 422).json()["errors"].keys() == {"owner"}
    assert bob.get("nowhere/a", 404).json()["code"] == "unknown_collection"
    bob.get("garages/a?owner=all", 422)
    bob.get("garages/a?owner=-5", 422)


def test_lists_are_of_one_owner_or_of_all_where_they_are_public(ada: Person, bob: Person) -> None:
    for who in (ada, bob):
        for key in "ab":
            who.put(f"garages/{key}", f"{who.name}-{key}")
            who.put(f"saves/{key}", f"{who.name}-{key}")

    assert values(bob.get("garages")) == ["bob-a", "bob-b"]
    assert values(bob.get(f"garages?owner={ada.id}&order=desc")) == ["ada-b", "ada-a"]
    assert values(bob.get("garages?owner=all")) == ["ada-a", "ada-b", "bob-a", "bob-b"]
    assert values(bob.get("saves/")) == ["bob-a", "bob-b"]
    for owner in (ada.id, "all", "server"):
        bob.get(f"saves?owner={owner}", 403)


def test_pages_sorted_by_an_index_have_each_document_once(ada: Person, bob: Person) -> None:
    for number in range(7):
        who = ada if number % 2 else bob
        who.put(f"garages/{number}", {"level": number // 3, "car": {"name": f"c{number % 2}"}})
    ada.put("garages/none", {})

    seen: list[Any]
    back: list[Any]
    for order, expected in (("asc", [0, 0, 0, 1, 1, 1, 2]), ("desc", [2, 1, 1, 1, 0, 0, 0])):
        seen, back = [], []
        at = f"garages?owner=all&by=level&limit=2&order={order}"
        while True:
            page = ada.get(at.partition("/api/storage/")[2] or at)
            seen += page.json()["results"]
            if page.json()["next"] is None:
                break
            at = page.json()["next"]
        assert [document["value"]["level"] for document in seen] == expected
        assert len({(document["owner"], document["key"]) for document in seen}) == 7
        while at := page.json()["previous"]:
            page = ada.get(at.partition("/api/storage/")[2])
            back = page.json()["results"] + back
        assert back == seen[: len(back)]
        assert len(back) == 6
    found = ada.get("garages?owner=all&by=level&at_least=1&at_most=1")
    assert [document["level"] for document in values(found)] == [1, 1, 1]
    found = ada.get("garages?by=car.name&at_least=c1")
    assert {document["car"]["name"] for document in values(found)} == {"c1"}
    assert values(ada.get("garages?by=level&at_least=9")) == []


@pytest.mark.parametrize(
    "query",
    [
        "by=speed",
        "by=level&at_least=x",
        "order=up",
        "limit=0",
        "cursor=junk",
        "cursor=W10=",
        "by=level&cursor=W3RydWUsWzFdXQ==",
        "by=level&cursor=W3RydWUsWyJ4IiwxXV0=",
    ],
)
def test_wrong_queries_are_refused(ada: Person, query: str) -> None:
    ada.put("garages/a", {"level": 1})
    assert ada.get(f"garages?{query}", 422).json()["code"] == "invalid"


def test_the_index_follows_the_document(ada: Person) -> None:
    ada.put("garages/a", {"level": 1})
    ada.put("garages/a", {"level": 5})
    assert [one["level"] for one in values(ada.get("garages?by=level"))] == [5]
    wrong = ada.put("garages/a", {"level": "high"}, 422).json()
    assert wrong["errors"].keys() == {"value.level"}
    ada.put("garages/a", {})
    assert values(ada.get("garages?by=level")) == []


def test_a_batch_is_written_whole_or_not_at_all(ada: Person) -> None:
    ada.put("saves/old", 1)
    put = [{"collection": "saves", "key": "a", "value": 1}, {"collection": "garages", "key": "a", "value": 2}]
    delete = [{"collection": "saves", "key": "old"}]

    stale = ada.batch(409, put=[*put, {**put[0], "version": "other"}], delete=delete)
    assert stale["code"] == "stale_version"
    ada.batch(403, put=[*put, {"collection": "tuning", "key": "a", "value": 1}])
    assert [document["key"] for document in ada.get("saves").json()["results"]] == ["old"]
    written = ada.batch(put=put, delete=delete)
    assert [document["value"] for document in written] == [1, 2]
    assert [document["key"] for document in ada.get("saves").json()["results"]] == ["a"]
    assert ada.batch(422, put=put * 26)["code"] == "invalid"


def test_the_last_versions_of_a_saved_game_are_kept(ada: Person) -> None:
    for value in range(5):
        ada.put("saves/a", value)

    kept = ada.get("saves/a/history").json()
    assert [version["value"] for version in kept] == [4, 3, 2]
    assert kept[0]["version"] == ada.get("saves/a").json()["version"]
    ada.put("garages/a", 1)
    assert ada.get("garages/a/history").json() == []


def test_owners_have_so_many_documents_and_bytes(ada: Person, bob: Person) -> None:
    assert ada.put("small/a", "x" * 39, 413).json()["code"] == "document_too_large"
    for key in "ab":
        ada.put(f"small/{key}", "x" * 38)
    assert ada.put("small/c", "x" * 30, 409).json()["code"] == "storage_full"
    ada.put("small/c", "x")
    assert ada.put("small/d", 1, 409).json()["code"] == "storage_full"
    ada.put("small/a", 1)
    bob.put("small/a", "x" * 38)
    ada.delete("small/b")
    ada.put("small/d", 1)
    folder = Folder.objects.get(user=ada.id, collection="small")
    assert (folder.documents, folder.bytes) == (3, 5)
    for number in range(9):
        storage.put("small", f"{number}", None, "x" * 30)


def test_a_value_is_bounded_json(ada: Person) -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    ada.put("saves/a", deep, 400)
    ada.put("saves/a", "\0", 422)
    assert ada.client.put("/api/storage/saves/a", {}).json()["errors"].keys() == {"value"}


def test_an_app_reads_and_writes_as_the_server(ada: Person) -> None:
    first = storage.put("secrets", "seed", ada.id, {"level": 5}, version=storage.NEW)
    assert storage.get("secrets", "seed", ada.id) == first
    assert [one.value for one in storage.list("secrets")] == [{"level": 5}]
    storage.delete("secrets", "seed", ada.id, version=first.version)
    assert storage.get("secrets", "seed", ada.id) is None
    for level in (3, 9, 7):
        storage.put("garages", f"{level}", None, {"level": level})
    best = storage.list("garages", owner=None, by="level", at_least=4, descending=True, limit=2)
    assert [one.value["level"] for one in best] == [9, 7]


def test_a_hook_refuses_or_changes_what_users_store(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_hooks", {PutDocument: []})

    @before(PutDocument)
    def no_cheats(call: PutDocument, user_id: int | None) -> None:
        if call.value == "cheat":
            raise NotAllowed
        call.value = {"checked": call.value, "by": user_id}

    ada.put("saves/a", "cheat", 403)
    assert ada.put("saves/a", 5).json()["value"] == {"checked": 5, "by": ada.id}


def test_documents_are_exported_and_erased_with_their_user(ada: Person, bob: Person) -> None:
    for who in (ada, bob):
        who.put("saves/a", who.name)
    exported = dict(personal_data.export(ada.id))["storage"]
    assert [document.value for document in exported] == ["ada"]

    personal_data.erase(ada.id)
    assert storage.get("saves", "a", ada.id) is None
    assert storage.get("saves", "a", bob.id) is not None


@pytest.mark.parametrize(
    "wrong",
    [{"read": "group"}, {"write": "public"}, {"member": lambda *_: True}, {"max_bytes": 1 << 30}],
)
def test_a_collection_that_makes_no_sense_cannot_be_declared(wrong: Any) -> None:
    with pytest.raises(ValueError, match="odd"):
        Collection("odd", **wrong)
    with pytest.raises(ValueError, match="Two collections"):
        storage.collection("saves")
