"""Games, their seats and journal, and the ratings that result from them."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import CompositePrimaryKey, Q

from core.content import Content
from core.ids import UserIdColumn, uuid7
from game import journals
from game.payouts import Payout
from progression import currencies
from progression.declarations import MAX_NAME_LENGTH


class Game(models.Model):
    """A game, from its creation on; while it runs, the journal is authoritative."""

    class State(models.TextChoices):
        CREATED = "created"
        WAITING_FOR_PLAYERS = "waiting_for_players"
        WAITING_FOR_READY = "waiting_for_ready"
        ACTIVE = "active"
        FINISHED = "finished"
        ABANDONED = "abandoned"
        ABORTED = "aborted"

        @classmethod
        def after(cls, reason: str) -> "Game.State":
            """Return the state of a game that ended for this reason."""
            if reason in ("abandoned", "error", "operator"):
                return cls.ABANDONED
            return cls.ABORTED if reason == "aborted" else cls.FINISHED

    ON_THE_WAY = (State.CREATED, State.WAITING_FOR_PLAYERS, State.WAITING_FOR_READY, State.ACTIVE)
    OVER = (State.FINISHED, State.ABANDONED, State.ABORTED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40)
    mode = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.CREATED)
    seats_wanted = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    options = models.JSONField(default=dict)
    rated = models.BooleanField(default=False)
    private = models.BooleanField(default=False)
    code = models.CharField(max_length=8, null=True, blank=True)
    """A private game's, by which others join while it is not over."""
    epoch = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="games_created"
    )
    rematch_of = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="rematch"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    """Of a correspondence game, when its room has to be opened if nobody opens it before."""
    to_move = models.JSONField(null=True, blank=True)
    """Of a correspondence game, the users whose turn it is."""
    result = models.JSONField(null=True, blank=True)
    final_view = models.JSONField(null=True, blank=True)
    journal = models.PositiveSmallIntegerField(default=journals.choose, db_default=0, editable=False)
    """The number of the database with the journal (``game.journals``)."""
    is_archived = models.BooleanField(default=False, db_default=False, editable=False)
    """Whether the journal of a game that is over is in its archive."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(state__in=["created", "waiting_for_players", "waiting_for_ready", "active"]),
                name="one_unfinished_game_a_code",
            )
        ]
        indexes = [
            models.Index(fields=["state", "name", "-created_at"], name="game_by_state"),
            models.Index(fields=["-created_at", "id"], name="game_newest_first"),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["created", "waiting_for_players", "waiting_for_ready", "active"]),
                name="game_by_due_time",
            ),
            models.Index(fields=["finished_at"], condition=Q(is_archived=False), name="game_to_archive"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class Seat(models.Model):
    """A player's place in a game."""

    game = models.ForeignKey(Game, on_delete=models.CASCADE, related_name="seats", db_index=False)
    number = models.PositiveSmallIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seats", db_index=False
    )
    bot_level = models.PositiveSmallIntegerField(null=True, blank=True)
    queue = models.CharField(max_length=81, null=True, blank=True)
    """The queue from which the player was seated, or empty."""
    queued_at = models.DateTimeField(null=True, blank=True)
    """When the player joined that queue."""
    is_open = models.BooleanField(default=True)
    """Whether the player still plays a game that has not ended."""
    left_at = models.DateTimeField(null=True, blank=True)
    """When the player left, if somebody else may take the seat."""
    rating_before = models.IntegerField(null=True, blank=True)
    rating_after = models.IntegerField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["game", "number"], condition=Q(left_at__isnull=True), name="one_player_a_seat"
            ),
            models.UniqueConstraint(fields=["game", "user"], name="one_seat_a_player"),
            models.UniqueConstraint(
                fields=["user", "queue"],
                condition=Q(is_open=True, queue__isnull=False),
                name="one_unfinished_match_a_queue",
            ),
        ]
        indexes = [models.Index(fields=["user", "is_open"], name="seat_of_user")]

    def __str__(self) -> str:
        return f"seat {self.number} of {self.game_id}"


class JournalEntry(models.Model):
    """An accepted input of a game. The primary key prevents two workers from owning the same room.

    PostgreSQL has a partition for each month in which games were created (``core.postgresql.months``).
    """

    class Kind(models.TextChoices):
        JOINED = "joined"
        LEFT = "left"
        RECONNECTED = "reconnected"
        DEPARTED = "departed"
        SEATED = "seated"
        READY = "ready"
        START = "start"
        MOVE = "move"
        TIMEOUT = "timeout"
        TIMER = "timer"
        PHASE = "phase"
        UNDONE = "undone"
        ACTION = "action"
        CHAT = "chat"
        OVER = "over"

    pk = CompositePrimaryKey("game_id", "seq")
    # Without a constraint: with one, the database reads and locks the game's row for every move, a third of
    # the cost of a commit.
    game = models.ForeignKey(
        Game, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    user_id = UserIdColumn(null=True)
    kind = models.CharField(max_length=12, choices=Kind)
    data = models.TextField()
    """JSON as text, because the order of keys matters."""

    def __str__(self) -> str:
        return f"{self.game_id} {self.seq} {self.kind}"


class ArchivedJournal(models.Model):
    """The journal of a game that is over, compressed; see ``services.archiving``."""

    game = models.OneToOneField(
        Game,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    finished_at = models.DateTimeField()
    has_chat = models.BooleanField()
    entries = models.BinaryField()

    def __str__(self) -> str:
        return f"archived journal of {self.game_id}"


class Snapshot(models.Model):
    """The latest saved table of a game, so that a takeover need not replay its journal from the start."""

    game = models.OneToOneField(Game, primary_key=True, on_delete=models.CASCADE, related_name="snapshot")
    epoch = models.PositiveIntegerField()
    """The epoch of the room's owner that wrote it; only the current owner's epoch is accepted."""
    seq = models.PositiveBigIntegerField()
    data = models.TextField()

    def __str__(self) -> str:
        return f"snapshot of {self.game_id} at {self.seq}"


class RewardRule(Content):
    """A reward for games that operators set in place of the platform's own.

    These rules come before those of apps; of those that fit a game, the first counts.
    """

    game = models.CharField(max_length=40, blank=True, help_text="The name in the catalogue; empty for all")
    mode = models.CharField(max_length=40, blank=True, default="*", help_text="* for all, empty for none")
    place = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="From 1; empty for all"
    )
    xp = models.PositiveIntegerField(default=0)
    gold = models.PositiveIntegerField(default=0)
    gems = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=MAX_NAME_LENGTH, blank=True, choices=currencies.declared_choices)
    amount = models.PositiveIntegerField(default=0, help_text="Of that currency")
    item = models.ForeignKey(
        "progression.Item", to_field="slug", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    drops = models.CharField(
        max_length=MAX_NAME_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="A drop table, drawn from in addition",
    )

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(currency="", amount=0) | ~Q(currency="") & Q(amount__gt=0),
                name="an_amount_of_a_currency",
                violation_error_message="An amount needs a currency, and a currency an amount.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.game or 'all games'}, mode {self.mode or 'none'}, place {self.place or 'any'}"

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        currencies.read_rows()
        super().full_clean(*args, **kwargs)

    @property
    def payout(self) -> Payout:
        return Payout(
            game=self.game or None,
            mode=None if self.mode == "*" else self.mode,
            place=self.place,
            xp=self.xp,
            gold=self.gold,
            gems=self.gems,
            currencies={self.currency: self.amount} if self.currency else {},
            items=[(self.item_id, 1)] if self.item_id else [],
            drops=self.drops,
        )


class Rating(models.Model):
    """A player's strength at one game (openskill's Plackett-Luce model)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ratings", db_index=False
    )
    game = models.CharField(max_length=40)
    mu = models.FloatField()
    sigma = models.FloatField()
    shown = models.IntegerField()
    played = models.PositiveIntegerField(default=0)
    won = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "game"], name="one_rating_a_game")]
        indexes = [models.Index(fields=["game", "-shown", "user"], name="leaderboard")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.game}: {self.shown}"
