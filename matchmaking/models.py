"""Queues, tickets and penalties."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from game.author import queues
from matchmaking.parties.models import Party

SEPARATOR = ":"


class Queue(models.Model):
    """The queue of one game and mode.

    Every change of a queue locks its row, so that there is only one matcher at a time.
    """

    name = models.CharField(max_length=81, primary_key=True)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def name_of(game: str, mode: str = "") -> str:
        """Return the name of the queue for this game and mode."""
        return f"{game}{SEPARATOR}{mode}" if mode else game

    @staticmethod
    def kind_of(name: str) -> tuple[str, str]:
        """Return the game and mode of the queue with this name."""
        game, _, mode = name.partition(SEPARATOR)
        return game, mode

    @staticmethod
    def is_offered(name: str) -> bool:
        """Return whether a game that is offered here (still) declares the queue with this name."""
        return queues.find(*Queue.kind_of(name)) is not None


class Proposal(models.Model):
    """A match that is made as soon as all its players have accepted it. Its tickets keep their places."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    game_id = models.UUIDField(null=True, blank=True)
    """The match, once it is made."""

    class Meta:
        indexes = [models.Index(fields=["queue", "expires_at"], name="proposal_by_expiry")]

    def __str__(self) -> str:
        return f"proposal {self.pk} of {self.queue_id}"


class Ticket(models.Model):
    """A place in a queue, of one player or of a party.

    It is deleted when it is matched, withdrawn or expired, so every ticket in the table is waiting.
    """

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    party = models.OneToOneField(
        Party, on_delete=models.CASCADE, null=True, blank=True, related_name="ticket"
    )
    """The party that waits, if any."""
    proposal = models.ForeignKey(
        Proposal, on_delete=models.SET_NULL, null=True, blank=True, related_name="tickets"
    )
    """The match that its players are asked to accept, if any; it is not matched with others meanwhile."""
    rating = models.IntegerField()
    """The mean rating of its members when they joined."""
    uncertainty = models.PositiveIntegerField(default=0, db_default=0)
    """The mean standard deviation of these ratings, in points."""
    joined_at = models.DateTimeField(default=timezone.now)
    """Its place in the queue. A ticket that is requeued after a cancelled match keeps its old value."""
    heard_at = models.DateTimeField(default=timezone.now)
    """When one of its members last joined or asked for the status."""

    class Meta:
        indexes = [
            models.Index(fields=["queue", "joined_at", "id"], name="ticket_by_joining"),
            models.Index(fields=["queue", "rating", "joined_at"], name="ticket_by_rating_and_joining"),
            models.Index(fields=["heard_at"], name="ticket_by_silence"),
        ]

    def __str__(self) -> str:
        return f"ticket {self.pk} of {self.queue_id}"


class Member(models.Model):
    """A player on a ticket. The primary key limits each player to one ticket in all queues."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="members")
    left_at = models.DateTimeField(null=True, blank=True)
    """When the player's last socket closed; the player may have returned since."""
    accepted = models.BooleanField(default=False, db_default=False)
    """Whether the player has accepted the ticket's proposal."""

    class Meta:
        indexes = [
            models.Index(fields=["left_at"], condition=Q(left_at__isnull=False), name="member_who_left")
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} with ticket {self.ticket_id}"


class Answers(models.Model):
    """A player's latest answers to the questions of a queue, for a ticket there or one that is requeued."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    asks = models.JSONField()

    class Meta:
        verbose_name_plural = "answers"

    def __str__(self) -> str:
        return f"answers of user {self.user_id} for {self.queue_id}"


class Penalty(models.Model):
    """A player's waiting time after leaving matches before they began; it grows with ``times``."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    times = models.PositiveSmallIntegerField()
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "penalties"

    def __str__(self) -> str:
        return f"user {self.user_id} may queue from {self.until}"
