"""Search for players in the admin: what is found, and that no search reads or counts all accounts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from operators.support.tests.conftest import registered

Operators = Callable[[str], Client]


def found(client: Client, term: Any) -> list[str]:
    page = client.get("/admin/support/person/", {"q": term}).content.decode()
    return re.findall(r"/admin/support/person/\d+/change/[^>]*>(\w+)<", page)


def test_an_account_is_found_by_id_name_address_and_ip(operator: Operators, db: None) -> None:
    ada, _ = registered("ada_lovelace"), registered("charles")
    support = operator("support")

    for term in (
        ada.user.pk,
        "lovel",
        "LOVEL",
        " ada_lovelace ",
        "ad",
        "ada_lovelace@exam",
        "lace@example.org",
    ):
        assert found(support, term) == ["ada_lovelace"], term
    assert found(support, "192.0.2.7") == ["ada_lovelace", "charles"]
    for term in ("192.0.2.8", "::1", "nobody", 2**70, "%", "' or 1=1 --"):
        assert found(support, term) == [], term


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such indexes")
@pytest.mark.parametrize("address", ["support/person", "accounts/user"])
@pytest.mark.parametrize("term", ["lovel", "lace@example", "ad", "17", "192.0.2.7"])
def test_a_search_uses_indexes(operator: Operators, address: str, term: str) -> None:
    support = operator("support")
    with CaptureQueriesContext(connection) as told:
        support.get(f"/admin/{address}/", {"q": term})
    searches = [one["sql"] for one in told if "accounts_user" in one["sql"] and " LIMIT 101" in one["sql"]]

    assert searches
    with connection.cursor() as cursor:
        # The few rows of a test would be read one by one.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for search in searches:
            cursor.execute(f"EXPLAIN {search}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
            assert "Index" in plan, plan


def test_no_list_counts_its_rows_and_the_next_page_is_found(operator: Operators, db: None) -> None:
    User.objects.bulk_create(User(username=f"user_{number:03}") for number in range(150))
    support = operator("support")
    with CaptureQueriesContext(connection) as told:
        first = support.get("/admin/support/person/").content.decode()
        second = support.get("/admin/support/person/?p=2").content.decode()
        beyond = support.get(f"/admin/support/person/?p={10**12}")

    assert "user_098" in first
    assert "user_149" not in first
    assert "user_149" in second
    assert beyond.status_code in (200, 302)
    assert not [one["sql"] for one in told if "COUNT(" in one["sql"]]
