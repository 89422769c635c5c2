"""Search for players in the admin: what is found, and that no search reads or counts all accounts."""

import hashlib
import re
from collections.abc import Callable
from itertools import product
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


def test_who_may_not_see_addresses_does_not_find_by_them(operator: Operators, db: None) -> None:
    registered("ada_lovelace")
    for role, by_email in (("moderator", ["ada_lovelace"]), ("economist", [])):
        client = operator(role)
        assert found(client, "lovel") == ["ada_lovelace"], role
        for term in ("lace@exam", "example.org"):
            assert found(client, term) == by_email, (role, term)
        assert found(client, "192.0.2.7") == [], role


ROWS = 50_000


@pytest.fixture
def many(db: None) -> None:
    """Many accounts, each with a session from an address of its own."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such indexes")
    User.objects.create(username="template")
    registered("first")
    with connection.cursor() as cursor:
        for table, fields in COPIES.items():
            cursor.execute(_copies_of(table, fields), [ROWS])
        cursor.execute("SELECT gin_clean_pending_list('accounts_by_part_of_name')")
        cursor.execute("ANALYZE accounts_user, accounts_session, accounts_signin")


COPIES = {
    "accounts_user": {
        "id": "1000000 + n",
        "username": "'p' || substr(md5(n::text), 1, 16)",
        "email": "substr(md5((-n)::text), 1, 16) || '@example.org'",
    },
    "accounts_session": {
        "id": "1000000 + n",
        "user_id": "1000000 + n",
        "refresh_id": "gen_random_uuid()",
        "ip": "'10.0.0.0'::inet + n",
    },
    "accounts_signin": {"id": "1000000 + n", "user_id": "1000000 + n", "ip": "'10.0.0.0'::inet + n"},
}
"""The fields of each table that are not the same in every row, as SQL of the row's number ``n``."""


def _copies_of(table: str, fields: dict[str, str]) -> str:
    """Return SQL that copies the first row so many times, with other values in these fields."""
    with connection.cursor() as cursor:
        columns = [one.name for one in connection.introspection.get_table_description(cursor, table)]
    values = ", ".join(fields.get(name, f'one."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    one = f"(SELECT * FROM {table} ORDER BY id LIMIT 1) one"
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {one}, generate_series(1, %s) n"


TERMS = {
    "id": "1000017",
    "name": "p" + hashlib.md5(b"17").hexdigest()[:16],
    "part of a name": hashlib.md5(b"17").hexdigest()[3:9],
    "beginning of a name": "pf",
    "e-mail": hashlib.md5(b"-17").hexdigest()[:16] + "@example.org",
    "part of an e-mail": hashlib.md5(b"-17").hexdigest()[2:9],
    "address": "10.0.0.17",
}


def test_each_search_among_many_uses_an_index_and_counts_nothing(operator: Operators, many: None) -> None:
    support = operator("support")
    found = User.objects.get(pk=1_000_017).username
    for address, (kind, term) in product(("support/person", "accounts/user"), TERMS.items()):
        with CaptureQueriesContext(connection) as told:
            page = support.get(f"/admin/{address}/", {"q": term}).content.decode()
        if kind != "beginning of a name":
            assert found in page, (address, kind)
        searches = [
            one["sql"] for one in told if " LIMIT 101" in one["sql"] and "accounts_user" in one["sql"]
        ]
        assert searches, (address, kind)
        assert not [one["sql"] for one in told if "COUNT(" in one["sql"]], (address, kind)
        for search in searches:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {search}")
                plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Index" in plan, (kind, plan)
            assert "Seq Scan" not in plan, (kind, plan)


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
