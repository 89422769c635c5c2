"""Who waits for a match, and in which queue."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from game.author import catalogue
from matchmaking.parties.models import Party

SEPARATOR = ":"


class Queue(models.Model):
    """Players who wait for the same kind of match.

    Who changes a queue locks its row: there is one matcher at a time, and what it sees stays so.
    """

    name = models.CharField(max_length=81, primary_key=True)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def name_of(game: str, mode: str = "") -> str:
        """The name of the queue for this game in this mode."""
        return f"{game}{SEPARATOR}{mode}" if mode else game

    @staticmethod
    def kind_of(name: str) -> tuple[str, str]:
        """The game and the mode of the queue with this name."""
        game, _, mode = name.partition(SEPARATOR)
        return game, mode

    @staticmethod
    def is_offered(name: str) -> bool:
        """Whether the queue with this name is (still) declared by a game that is offered here."""
        game, mode = Queue.kind_of(name)
        return catalogue.offers(game) and (not mode or mode in catalogue.get(game).modes)


class Ticket(models.Model):
    """A place in a queue, of one player or of several who stay together.

    It goes when it is matched, left or not heard of for long; so every ticket there is waits.
    """

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    party = models.OneToOneField(
        Party, on_delete=models.CASCADE, null=True, blank=True, related_name="ticket"
    )
    """The party that waits, if it is one."""
    rating = models.IntegerField()
    """The mean rating of its members when they joined."""
    uncertainty = models.PositiveIntegerField(default=0, db_default=0)
    """The mean standard deviation of these ratings, in points."""
    joined_at = models.DateTimeField(default=timezone.now)
    """Its place in the queue. Who is queued again after a match that was cancelled has the old one."""
    heard_at = models.DateTimeField(default=timezone.now)
    """When one of its members last asked about it."""

    class Meta:
        indexes = [
            models.Index(fields=["queue", "joined_at", "id"], name="ticket_by_joining"),
            models.Index(fields=["queue", "rating", "joined_at"], name="ticket_by_rating_and_joining"),
            models.Index(fields=["heard_at"], name="ticket_by_silence"),
        ]

    def __str__(self) -> str:
        return f"ticket {self.pk} of {self.queue_id}"


class Member(models.Model):
    """A player who waits. The key keeps everybody to one ticket, whatever the queue."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="members")
    left_at = models.DateTimeField(null=True, blank=True)
    """When the player's last socket closed; they may be back since."""

    class Meta:
        indexes = [
            models.Index(fields=["left_at"], condition=Q(left_at__isnull=False), name="member_who_left")
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} with ticket {self.ticket_id}"


class Penalty(models.Model):
    """A player's waiting time for leaving matches before they began; it grows with each ``times``."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    times = models.PositiveSmallIntegerField()
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "penalties"

    def __str__(self) -> str:
        return f"user {self.user_id} may queue from {self.until}"
