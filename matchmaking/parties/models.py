"""Parties and their members."""

from django.conf import settings
from django.db import models

from core.ids import IdKey
from matchmaking.parties.events import PartyId


class PartyIdKey(IdKey):
    """The key of parties."""

    _pyi_private_get_type: PartyId


class Party(models.Model):
    """Players who queue together. Every change of it or its members locks its row first."""

    id = PartyIdKey(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    open = models.BooleanField(default=False)
    """Whether anybody who knows its id may join."""
    version = models.PositiveIntegerField(default=0)
    """Incremented with each change, so that clients can tell the later of two updates."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "matchmaking_party"
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return f"party {self.pk}"


class PartyMember(models.Model):
    """A player in a party; nobody is in two parties. Ids ascend in the order of joining."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="members")
    ready = models.BooleanField(default=False)
    latencies = models.JSONField(default=dict, db_default={})
    """By region, in milliseconds, as the client has measured."""

    class Meta:
        db_table = "matchmaking_partymember"

    def __str__(self) -> str:
        return f"user {self.user_id} in party {self.party_id}"
