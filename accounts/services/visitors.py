"""Accounts and sessions of other cells: allotted ids, and copies made at their first use here."""

from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from accounts.events import VisitorCame
from accounts.models import USERNAME_LENGTH, Session, User
from core import cells
from core.ids import UserId
from realtime.publishing import publish
from realtime.wire.identity import Identity

ALLOTTED = ("accounts_user", "accounts_session")


@transaction.atomic
def allot_ids(place: int) -> None:
    """Let accounts and sessions get ids that no other cell allots; repeating it changes nothing."""
    with connection.cursor() as cursor:
        # Workers that start together would each skip numbers.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cells.ids'))")
        for table in ALLOTTED:
            cursor.execute(
                "SELECT seqrelid::regclass::text, seqincrement FROM pg_sequence"
                " WHERE seqrelid = pg_get_serial_sequence(%s, 'id')::regclass",
                [table],
            )
            name, step = cursor.fetchone()
            cursor.execute(f"SELECT last_value FROM {name}")
            (last,) = cursor.fetchone()
            if step == cells.MOST and last % cells.MOST == place:
                continue
            first = (last // cells.MOST + 1) * cells.MOST + place
            cursor.execute(f"ALTER SEQUENCE {name} INCREMENT BY {cells.MOST}")
            cursor.execute("SELECT setval(%s, %s, false)", [name, first])


def copy_account(*, user_id: UserId, username: str, is_premium: bool, is_guest: bool, has_mfa: bool) -> None:
    """Copy an account of another cell, unless that was done: without its password and e-mail address.

    Its name here ends with ``@`` and its cell, which no name of this cell contains.
    """
    if not cells.is_foreign(user_id):
        return
    here = f"{username.partition('@')[0]}@{cells.home(user_id)}"
    user = User(
        pk=user_id,
        username=here if len(here) <= USERNAME_LENGTH[-1] else f"{user_id}@{cells.home(user_id)}",
        is_premium=is_premium,
        is_guest=is_guest,
        has_mfa=has_mfa,
    )
    user.set_unusable_password()
    User.objects.bulk_create([user], ignore_conflicts=True)


@transaction.atomic
def welcome(visitor: Identity) -> None:
    """Copy the account and the session of a verified token of another cell, unless that was done."""
    copy_account(
        user_id=visitor.user_id,
        username=visitor.username,
        is_premium=visitor.is_premium,
        is_guest=visitor.is_guest,
        has_mfa=visitor.has_mfa,
    )
    if Session.objects.filter(pk=visitor.session_id).exists():
        return
    # Its refresh token is exchanged at home: the copy has another id.
    session = Session(pk=visitor.session_id, user_id=visitor.user_id, refresh_id=uuid4())
    session.last_seen = timezone.now()
    Session.objects.bulk_create([session], ignore_conflicts=True)
    publish(VisitorCame(user_id=visitor.user_id, session_id=visitor.session_id))
