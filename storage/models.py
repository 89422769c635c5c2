"""Documents, their folders, indexed fields and kept versions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from storage.collections import MAX_KEY_LENGTH, MAX_NAME_LENGTH, MAX_TEXT_LENGTH

SERVER = 0
"""The stored owner of documents that belong to the server."""


class Folder(models.Model):
    """All documents of one owner in one collection. The row is the lock for writing them."""

    collection = models.CharField(max_length=MAX_NAME_LENGTH)
    owner = models.BigIntegerField()
    """A user, a group, or ``SERVER``."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="folders"
    )
    """The owner, if that is a user."""
    documents = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "owner"], name="one_folder_an_owner"),
            models.CheckConstraint(
                condition=Q(user=None) | Q(user=F("owner")), name="a_users_folder_is_the_users"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection} of {self.owner or 'the server'}"


class Document(models.Model):
    """A JSON value."""

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="contents", db_index=False)
    collection = models.CharField(max_length=MAX_NAME_LENGTH)
    """The same as the folder's."""
    key = models.CharField(max_length=MAX_KEY_LENGTH)
    value = models.JSONField()
    size = models.PositiveIntegerField()
    version = models.CharField(max_length=32)
    """Random for each write, so that a deleted and recreated document has no version twice."""
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder", "key"], name="one_document_a_key")]
        indexes = [models.Index(fields=["collection", "id"], name="documents_of_collection")]

    def __str__(self) -> str:
        return f"{self.collection}/{self.key}"


class IndexedField(models.Model):
    """The value of a declared index of a document."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="indexed")
    collection = models.CharField(max_length=MAX_NAME_LENGTH)
    name = models.CharField(max_length=100)
    number = models.FloatField(null=True)
    text = models.CharField(max_length=MAX_TEXT_LENGTH, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number=None, text__isnull=False) | Q(number__isnull=False, text=None),
                name="a_number_or_a_text",
            )
        ]
        indexes = [
            models.Index(fields=["collection", "name", "number", "document"], name="documents_by_number"),
            models.Index(fields=["collection", "name", "text", "document"], name="documents_by_text"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of document {self.document_id}"


class KeptVersion(models.Model):
    """A version of a document in a collection with a history; the current one too."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="kept")
    value = models.JSONField()
    version = models.CharField(max_length=32)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version} of document {self.document_id}"
