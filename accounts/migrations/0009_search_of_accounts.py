"""Indexes for operators' searches: by part of a name or an address, and by IP address.

The extension pg_trgm comes with PostgreSQL, and the owner of a database may create it. Where that is refused,
searches by part of a name work without the index, and read all accounts.
"""

from django.db import DatabaseError, migrations, models

INDEX = "accounts_by_part_of_name"


def create(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as refused:
        print(f"\n  Searches of accounts stay slow: {refused}")
        return
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
    schema_editor.execute(
        f"CREATE INDEX CONCURRENTLY {INDEX} ON accounts_user"
        " USING gin (upper(username) gin_trgm_ops, upper(email) gin_trgm_ops)"
    )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    # PostgreSQL creates an index without a lock on writes only outside of a transaction.
    atomic = False
    dependencies = [("accounts", "0008_mutes_of_address_ranges")]
    operations = [
        migrations.RunPython(create, drop),
        migrations.AddIndex("session", models.Index(fields=["ip"], name="sessions_by_address")),
        migrations.AddIndex("signin", models.Index(fields=["ip"], name="sign_ins_by_address")),
    ]
