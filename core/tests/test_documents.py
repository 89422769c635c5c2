"""Public documents are rendered once and served from memory."""

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client, RequestFactory
from drf_spectacular.generators import SchemaGenerator

from core.documents import Document

PATHS = ("/api/openapi.json", "/api/asyncapi.json", "/api/docs/events")


def test_however_many_ask_at_once_a_document_is_made_once() -> None:
    made = []
    all_ask = threading.Barrier(8)

    def make() -> bytes:
        made.append(threading.get_ident())
        return b"whole"

    document = Document("text/plain", make)

    def ask(_: Any) -> Any:
        all_ask.wait(timeout=30)
        return document.response(RequestFactory().get("/")).getvalue()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {b"whole"}
    assert len(made) == 1


def test_the_openapi_document_is_not_generated_again_for_each_who_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = Client().get("/api/openapi.json")

    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *args, **kwargs: pytest.fail("generated anew"))

    assert Client().get("/api/openapi.json").content == first.content


def test_the_event_catalogue_is_not_rendered_again_for_each_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Client().get("/api/docs/events")

    monkeypatch.setattr("django.template.base.Template.render", lambda *args: pytest.fail("rendered anew"))

    assert Client().get("/api/docs/events").content == first.content


@pytest.mark.parametrize("path", PATHS)
def test_a_document_comes_compressed_to_whom_that_suits(path: str) -> None:
    plain = Client().get(path)
    packed = Client().get(path, headers={"Accept-Encoding": "br, gzip"})

    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) * 4 < len(plain.content)
    assert all("Accept-Encoding" in answer["Vary"] for answer in (plain, packed))


@pytest.mark.parametrize("path", PATHS)
def test_who_has_a_document_already_is_told_that_it_is_the_same(path: str) -> None:
    first = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    older = Client().get(path, headers={"If-None-Match": 'W/"older"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert (older.status_code, older.content) == (200, first.content)


def test_a_document_that_could_not_be_made_is_made_by_the_next_who_asks() -> None:
    tries = iter([RuntimeError("not yet"), b"whole"])

    def make() -> Any:
        made = next(tries)
        if isinstance(made, Exception):
            raise made
        return made

    document = Document("text/plain", make)
    with pytest.raises(RuntimeError):
        document.response(RequestFactory().get("/"))

    assert document.response(RequestFactory().get("/")).getvalue() == b"whole"
