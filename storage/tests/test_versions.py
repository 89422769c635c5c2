"""Whatever is written in any order, a write takes effect exactly if its version was the current one."""

import itertools
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts.models import User
from gameplatform.extend import storage
from storage.collections import Collection
from storage.models import Document, Folder, IndexedField, KeptVersion
from storage.refusals import DocumentTooLarge, StaleVersion, StorageFull, UnknownDocument

SCARCE = Collection(
    "scarce", indexes={"n": int}, history=2, max_bytes=60, max_documents=3, max_total_bytes=120
)
_names = itertools.count()
keys = st.sampled_from("abcd")


class Versions(RuleBasedStateMachine):
    """One owner's documents, and a model of them.

    Checked by mutation: it fails if a deletion does not count the bytes, or if the version is not compared.
    """

    def __init__(self) -> None:
        super().__init__()
        self.user = User.objects.create(username=f"v{next(_names)}")
        self.model: dict[str, tuple[str, Any]] = {}
        self.seen: list[str] = ["never"]
        self.counts: dict[str, int] = {}

    def expected(self, kind: str, key: str, old: int) -> str | None:
        current = self.model.get(key, (storage.NEW, None))[0]
        known = {"any": None, "new": storage.NEW, "there": storage.ANY, "current": current}
        return known[kind] if kind in known else self.seen[old % len(self.seen)]

    def fits(self, version: str | None, key: str) -> bool:
        is_there = key in self.model
        if version == storage.ANY:
            return is_there
        return version is None or version == (self.model[key][0] if is_there else storage.NEW)

    @rule(
        key=keys,
        kind=st.sampled_from(["any", "new", "there", "current", "old"]),
        old=st.integers(0, 20),
        number=st.integers(0, 9),
        padding=st.integers(0, 60),
    )
    def put(self, key: str, kind: str, old: int, number: int, padding: int) -> None:
        value = {"n": number, "x": "x" * padding}
        version = self.expected(kind, key, old)
        try:
            written = storage.put(SCARCE, key, self.user.pk, value, version=version)
        except StaleVersion:
            assert not self.fits(version, key)
            return
        except (StorageFull, DocumentTooLarge):
            return
        assert self.fits(version, key)
        assert written.version not in self.seen
        self.seen.append(written.version)
        self.counts[key] = self.counts.get(key, 0) + 1
        self.model[key] = (written.version, value)

    @rule(key=keys, kind=st.sampled_from(["any", "there", "current", "old"]), old=st.integers(0, 20))
    def delete(self, key: str, kind: str, old: int) -> None:
        version = self.expected(kind, key, old)
        try:
            storage.delete(SCARCE, key, self.user.pk, version=version)
        except (StaleVersion, UnknownDocument):
            assert key not in self.model or not self.fits(version, key)
            return
        assert self.fits(version, key)
        del self.model[key], self.counts[key]

    @invariant()
    def what_is_stored_is_the_model(self) -> None:
        stored = storage.list(SCARCE, owner=self.user.pk)
        assert {one.key: (one.version, one.value) for one in stored} == self.model

    @invariant()
    def the_folder_counts_its_documents_within_the_bounds(self) -> None:
        folder = Folder.objects.filter(user=self.user).first()
        sizes = list(Document.objects.filter(folder__user=self.user).values_list("size", flat=True))
        assert (len(sizes), sum(sizes)) == ((folder.documents, folder.bytes) if folder else (0, 0))
        assert len(sizes) <= SCARCE.max_documents
        assert sum(sizes) <= SCARCE.max_total_bytes

    @invariant()
    def each_document_is_indexed_once_and_has_its_last_versions(self) -> None:
        own = {"document__folder__user": self.user}
        indexed = IndexedField.objects.filter(**own).values_list("document__key", "number")
        assert sorted(indexed) == sorted((key, value["n"]) for key, (_, value) in self.model.items())
        kept = list(KeptVersion.objects.filter(**own).values_list("document__key", flat=True))
        assert {key: kept.count(key) for key in self.model} == {
            key: min(count, SCARCE.history) for key, count in self.counts.items()
        }


class TestVersions(TestCase, Versions.TestCase):  # type: ignore[misc, valid-type]  # made at run time
    settings = settings(  # type: ignore[assignment]  # Hypothesis' and Django's have one name
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
