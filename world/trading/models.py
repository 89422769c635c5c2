"""Trades between two characters, and their offers."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least


class Trade(models.Model):
    """A trade between two characters, open once the one who was asked accepts.

    Code that changes it or its offers holds the lock of this row. ``version`` counts the changes of the
    offers.
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        OPEN = "open"
        COMPLETED = "completed"
        ENDED = "ended"

    LIVE = (State.REQUESTED, State.OPEN)

    asker = models.ForeignKey("world.Character", on_delete=models.CASCADE, related_name="trades_asked_for")
    asked = models.ForeignKey("world.Character", on_delete=models.CASCADE, related_name="trades_offered")
    state = models.CharField(max_length=9, choices=State, default=State.REQUESTED)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    """Until when it can be accepted; null once that is no longer possible."""
    ended_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    """When operators gave the goods of a completed trade back."""
    reason = models.CharField(max_length=12, blank=True)
    """Why it ended without an exchange."""

    class Meta:
        db_table = "world_trade"
        constraints = [
            models.CheckConstraint(condition=~Q(asker=F("asked")), name="nobody_trades_alone"),
            models.CheckConstraint(
                condition=Q(state__in=("requested", "open"), ended_at=None)
                | Q(state__in=("completed", "ended"), ended_at__isnull=False),
                name="trade_ends_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", expires_at__isnull=False)
                | ~Q(state="requested") & Q(expires_at=None),
                name="trade_waits_for_a_time",
            ),
            models.UniqueConstraint(
                Least("asker", "asked"),
                Greatest("asker", "asked"),
                condition=Q(ended_at=None),
                name="one_trade_a_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["asker"], condition=Q(ended_at=None), name="live_trades_by_asker"),
            models.Index(fields=["asked"], condition=Q(ended_at=None), name="live_trades_by_asked"),
            models.Index(fields=["expires_at"], name="trades_by_expiry"),
            models.Index(fields=["ended_at"], name="trades_by_end"),
        ]

    def __str__(self) -> str:
        return f"trade {self.pk} of {self.asker_id} with {self.asked_id}: {self.state}"


class TradeOffer(models.Model):
    """A trader's offer, and whether they have confirmed the current version.

    ``items`` are stored in the form shown to clients: ``{id, item_id, name, rarity, quantity}``, where ``id``
    is the row of the owner's inventory.
    """

    trade = models.ForeignKey(Trade, on_delete=models.CASCADE, related_name="offers")
    character = models.ForeignKey("world.Character", on_delete=models.CASCADE, related_name="+")
    gold = models.BigIntegerField(default=0)
    currencies = models.JSONField(default=dict, db_default={})
    items = models.JSONField(default=list)
    confirmed = models.BooleanField(default=False)

    class Meta:
        db_table = "world_tradeoffer"
        constraints = [
            models.UniqueConstraint(fields=["trade", "character"], name="one_offer_of_each"),
            models.CheckConstraint(condition=Q(gold__gte=0), name="offered_gold_never_negative"),
        ]

    def __str__(self) -> str:
        return f"offer of {self.character_id} in trade {self.trade_id}"
