"""Who plays together, and who leads them."""

from django.conf import settings
from django.db import models


class Party(models.Model):
    """Players who queue as one. Who changes it or its members locks its row first."""

    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    open = models.BooleanField(default=False)
    """Whether anybody may enter who knows its id."""
    version = models.PositiveIntegerField(default=0)
    """Rises with each change, so that of two updates the later one can be told."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "matchmaking_party"
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return f"party {self.pk}"


class PartyMember(models.Model):
    """A player in a party, and in no other. Ids rise in the order of entering."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="members")
    ready = models.BooleanField(default=False)

    class Meta:
        db_table = "matchmaking_partymember"

    def __str__(self) -> str:
        return f"user {self.user_id} in party {self.party_id}"
