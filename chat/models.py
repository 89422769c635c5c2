"""Lobbies, memberships, messages and moderation."""

from datetime import datetime

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from chat import rules
from chat.events import LobbyId
from core import speech
from core.ids import IdKey

User = settings.AUTH_USER_MODEL
NAME_LENGTH = 50
TITLE_LENGTH = 100
NAME_LETTERS = RegexValidator(r"^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\Z", "Letters, digits, - and _ only.")
PARTICIPANTS = range(2, 1001)


class LobbyIdKey(IdKey):
    """The key of lobbies."""

    _pyi_private_get_type: LobbyId


class Lobby(models.Model):
    """A chat room with members, who start games. Its name, a slug of its title, is free once it is closed."""

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    id = LobbyIdKey(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    name = models.CharField(max_length=NAME_LENGTH, validators=[NAME_LETTERS])
    # Empty in rows older than this column.
    title = models.CharField(max_length=TITLE_LENGTH, blank=True, default="", db_default="")
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="lobbies_owned")
    is_public = models.BooleanField(default=True)
    max_participants = models.PositiveSmallIntegerField(default=50)
    game = models.CharField(max_length=40, blank=True)
    latest_game = models.ForeignKey(
        "game.Game", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    """The game that was last started here."""
    pinned = models.ForeignKey(
        "LobbyMessage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    slow_mode_s = models.PositiveSmallIntegerField(default=0, db_default=0)
    """A member may write once in this many seconds; owner and moderators may always."""
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "lobbies"
        constraints = [
            models.UniqueConstraint(Lower("name"), name="one_open_lobby_a_name", condition=Q(status="open")),
            models.CheckConstraint(condition=Q(max_participants__gte=PARTICIPANTS[0]), name="lobby_for_some"),
        ]
        # Closed lobbies are kept and soon outnumber open ones.
        indexes = [
            models.Index(fields=["-created_at"], name="lobbies_by_age"),
            models.Index(fields=["status", "-created_at"], name="lobbies_by_status_and_age"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_title(self) -> str:
        """The title, or the name if there is none."""
        return self.title or self.name


class Membership(models.Model):
    """A user's membership of a lobby."""

    class Role(models.TextChoices):
        OWNER = rules.OWNER
        MODERATOR = rules.MODERATOR
        MEMBER = rules.MEMBER

    lobby = models.ForeignKey(Lobby, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lobby_memberships")
    role = models.CharField(max_length=9, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)
    read_up_to = models.BigIntegerField(default=0, db_default=0)
    """The id of the last message that the member has read."""
    wrote_at = models.DateTimeField(null=True, blank=True)
    """When the member last wrote in slow mode."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lobby", "user"], name="one_place_in_a_lobby"),
            models.UniqueConstraint(fields=["lobby"], condition=Q(role="owner"), name="one_owner_a_lobby"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} of {self.lobby_id}"


class InForce(models.QuerySet["Sanction"]):
    """A queryset of sanctions that can select those in force."""

    def in_force(self, now: datetime | None = None) -> "InForce":
        return self.filter(Q(until=None) | Q(until__gt=now or timezone.now()))


class Sanction(models.Model):
    """A ban or mute. It is independent of the membership, so that leaving does not lift it."""

    class Kind(models.TextChoices):
        BAN = "ban"
        MUTE = "mute"

    lobby = models.ForeignKey(Lobby, on_delete=models.CASCADE, related_name="sanctions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lobby_sanctions")
    kind = models.CharField(max_length=4, choices=Kind)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = InForce.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lobby", "user", "kind"], name="one_sanction_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id} in {self.lobby_id}"


class Message(models.Model):
    """Base of lobby and direct messages. Deleted ones are kept for the review of reports."""

    content = models.CharField(max_length=speech.MAX_CHARACTERS)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class Reaction(models.Model):
    """Base of reactions: one user's sign under a message."""

    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in rules.REACTIONS])

    class Meta:
        abstract = True


class LobbyMessage(Message):
    """A lobby message."""

    lobby = models.ForeignKey(Lobby, on_delete=models.CASCADE, related_name="messages", db_index=False)
    sender = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lobby_messages")
    mentions = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    """The ids of the members whom the message names."""
    deleted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["lobby", "-id"], name="lobby_history")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class LobbyReaction(Reaction):
    """A reaction to a lobby message."""

    message = models.ForeignKey(
        LobbyMessage, on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lobby_reactions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user", "kind"], name="one_lobby_reaction")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class Report(models.Model):
    """A player's report of another one; open until an operator has decided."""

    class Kind(models.TextChoices):
        MESSAGE = "message", "Message in a lobby"
        DIRECT = "direct", "Direct message"
        NAME = "name", "Name"
        GAME = "game", "Game"
        CHEATING = "cheating", "Signs of cheating"

    class Sign(models.TextChoices):
        RATING_JUMP = "rating_jump", "Rating jump"
        REPEATED_PAIR = "repeated_pair", "Repeated pair"
        IMPOSSIBLE_SPEED = "impossible_speed", "Impossible speed"
        ALIKE_ADDRESSES = "alike_addresses", "Alike addresses"

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.MESSAGE, db_default=Kind.MESSAGE)
    # Null in rows that workers before this column write.
    about = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="reports_about", db_index=False
    )
    reporter = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="message_reports")
    """None of a flag, which the nightly search for cheating raises."""
    message = models.ForeignKey(LobbyMessage, null=True, on_delete=models.CASCADE, related_name="reports")
    direct_message = models.ForeignKey(
        "DirectMessage", null=True, on_delete=models.CASCADE, related_name="reports"
    )
    game = models.ForeignKey("game.Game", null=True, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=speech.MAX_CHARACTERS, blank=True, db_default="")
    """The text that was said, or the name, as it was; of a flag, its finding."""
    sign = models.CharField(max_length=20, choices=Sign, blank=True, db_default="")
    """Of a flag, what was found."""
    other = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="flags_beside", db_index=False
    )
    """Of a flag, the other account of a pair."""
    score = models.FloatField(null=True, blank=True)
    """Of a flag, how many times the threshold was reached."""
    evidence = models.JSONField(default=list, db_default=[])
    """Of a flag, the rows that show it: ``{label, id, text}``, where ``label`` names the model."""
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decision = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "reporter"], name="one_report_a_reader"),
            models.UniqueConstraint(fields=["direct_message", "reporter"], name="one_report_a_receiver"),
            models.UniqueConstraint(
                fields=["about", "reporter"],
                condition=Q(kind="name", settled_at=None),
                name="one_open_report_of_a_name",
            ),
            models.UniqueConstraint(
                fields=["game", "about", "reporter"], condition=Q(kind="game"), name="one_report_of_a_player"
            ),
            models.UniqueConstraint(
                fields=["about", "sign"],
                condition=Q(kind="cheating", settled_at=None, other=None),
                name="one_open_flag_of_a_player",
            ),
            models.UniqueConstraint(
                fields=["about", "other", "sign"],
                condition=Q(kind="cheating", settled_at=None),
                name="one_open_flag_of_a_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["about", "-id"], name="reports_about"),
            models.Index(fields=["other"], condition=Q(other__isnull=False), name="flags_beside"),
            models.Index(fields=["created_at"], condition=Q(settled_at=None), name="open_reports"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}: {self.get_kind_display()}"


class Thread(models.Model):
    """The conversation of two users, the lower id first."""

    low = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    high = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    last_message = models.ForeignKey(
        "DirectMessage", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="one_thread_of_two"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="thread_lower_first"),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}"


class DirectMessage(Message):
    """A message between friends."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages", db_index=False)
    sender = models.ForeignKey(User, on_delete=models.CASCADE, related_name="direct_sent")
    receiver = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="direct_received", db_index=False
    )
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["thread", "-id"], name="thread_history"),
            models.Index(fields=["receiver", "sender", "id"], condition=Q(read_at=None), name="unread"),
        ]

    def __str__(self) -> str:
        return f"direct message {self.pk}"


class DirectReaction(Reaction):
    """A reaction to a direct message."""

    message = models.ForeignKey(
        DirectMessage, on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="direct_reactions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "user", "kind"], name="one_direct_reaction")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class FilteredWord(models.Model):
    """A word that operators added to those masked in chat."""

    word = models.CharField(
        max_length=50,
        unique=True,
        help_text="A word; * at its start or end stands for any letters, ! before it lets it pass.",
    )

    def __str__(self) -> str:
        return self.word
