"""Invites to a game, a lobby or a party."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from matchmaking.parties.models import Party

IS_PENDING = Q(status="pending")


class Invite(models.Model):
    """An invite from one user to another, who has until ``expires_at`` to answer.

    It leaves ``pending`` once, by one conditional update. Answered invites are kept for a while, so that
    their outcome can be queried.
    """

    class Kind(models.TextChoices):
        GAME = "game"
        LOBBY = "lobby"
        PARTY = "party"

    class Status(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invites_sent"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invites_received"
    )
    kind = models.CharField(max_length=5, choices=Kind)
    game = models.CharField(max_length=40, blank=True)
    lobby_id = models.BigIntegerField(null=True, blank=True)
    party = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, blank=True, related_name="invites")
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    """When it stopped being pending, for whatever reason."""
    game_id = models.UUIDField(null=True, blank=True)
    """The game that was started by accepting it."""

    class Meta:
        db_table = "matchmaking_invite"
        constraints = [
            models.CheckConstraint(condition=~Q(from_user=F("to_user")), name="nobody_invites_themselves"),
            models.CheckConstraint(
                condition=~IS_PENDING
                | Q(Q(kind="game") & ~Q(game=""), lobby_id=None, party=None)
                | Q(kind="lobby", game="", lobby_id__isnull=False, party=None)
                | Q(kind="party", game="", lobby_id=None, party__isnull=False),
                name="invite_to_one_thing",
            ),
            models.UniqueConstraint(
                Least("from_user", "to_user"),
                Greatest("from_user", "to_user"),
                "game",
                condition=IS_PENDING & Q(kind="game"),
                name="one_invite_to_a_game_a_pair",
            ),
            models.UniqueConstraint(
                fields=["lobby_id", "to_user"],
                condition=IS_PENDING & Q(kind="lobby"),
                name="one_invite_to_a_lobby_a_user",
            ),
            models.UniqueConstraint(
                fields=["party", "to_user"],
                condition=IS_PENDING & Q(kind="party"),
                name="one_invite_to_a_party_a_user",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=IS_PENDING, name="pending_invites_by_end"),
            models.Index(fields=["from_user"], condition=IS_PENDING, name="pending_invites_by_sender"),
            models.Index(fields=["to_user"], condition=IS_PENDING, name="pending_invites_by_receiver"),
            models.Index(fields=["answered_at"], name="invites_by_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} invite of {self.from_user_id} to {self.to_user_id}: {self.status}"
