"""The table of server keys."""

from django.db import models


class ServerKey(models.Model):
    """A key of another system. Only its digest is stored: nobody can read the key here."""

    name = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    """Methods and paths, such as ``GET /api/leaderboards/`` (see ``rules.permits``)."""
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    """To the minute."""
    revoked_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name
