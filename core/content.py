"""Content that operators edit: validated on every save, with its history kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.apps import apps
from django.core import serializers
from django.db import models, transaction

from core.ids import UserId
from core.models import ContentVersion


class Content(models.Model):
    """Abstract base of rows that operators edit.

    A row is validated on every save, not only in forms. Each save creates a new version; the data of every
    version is kept, with the time and the user (``saved_by_id``, to be set before saving).
    """

    version = models.PositiveIntegerField(default=1, editable=False)

    saved_by_id: UserId | None = None
    NOT_RESTORED: ClassVar[frozenset[str]] = frozenset()
    """Fields that gameplay changes too; restoring a version leaves them untouched."""

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args: Any, update_fields: Any = None, **kwargs: Any) -> None:
        if update_fields is not None and not update_fields:
            return
        self.full_clean()
        stored = type(self)._base_manager.select_for_update().filter(pk=self.pk).first()
        if stored is None:
            self.version = _last_version(self) + 1
        else:
            # Rows from fixtures bypass this method: keep the state before the first change too.
            _keep(stored, by_id=None)
            self.version = stored.version + 1
        if update_fields is not None:
            update_fields = {*update_fields, "version"}
        super().save(*args, update_fields=update_fields, **kwargs)
        _keep(type(self)._base_manager.get(pk=self.pk), by_id=self.saved_by_id)


def _last_version(row: Content) -> int:
    kept = ContentVersion.objects.filter(model=row._meta.label_lower, row_id=row.pk)
    return kept.aggregate(last=models.Max("version"))["last"] or 0


def _keep(row: Content, *, by_id: UserId | None) -> None:
    ContentVersion.objects.get_or_create(
        model=row._meta.label_lower,
        row_id=row.pk,
        version=row.version,
        defaults={
            "name": str(row)[:200],
            "data": serializers.serialize("python", [row])[0],
            "by_id": by_id,
        },
    )


def was_saved(row: Content) -> bool:
    """Return whether the row was ever saved, and not only written by a migration."""
    return _last_version(row) > 0


@transaction.atomic
def restore(version: ContentVersion, *, by_id: UserId | None) -> Content:
    """Restore the row to this version, as a new version; a deleted row is created again.

    Raises Django's ``ValidationError`` if the old data is not valid any more.
    """
    (read,) = serializers.deserialize("python", [version.data], ignorenonexistent=True)
    then: Content = read.object  # type: ignore[assignment]
    # Locked, so that concurrent changes by gameplay are not overwritten.
    row = type(then)._base_manager.select_for_update().filter(pk=then.pk).first() or then
    for field in then._meta.concrete_fields:
        if not field.primary_key and field.name not in then.NOT_RESTORED:
            setattr(row, field.attname, getattr(then, field.attname))
    row.saved_by_id = by_id
    row.save()
    return row


@contextmanager
def purge_history_of_deleted() -> Iterator[None]:
    """Delete the history of all content that is deleted inside the block (demo data, not an operator's)."""
    models_of_content = [model for model in apps.get_models() if issubclass(model, Content)]
    before = [set(model._base_manager.values_list("pk", flat=True)) for model in models_of_content]
    yield
    for model, rows in zip(models_of_content, before, strict=True):
        gone = rows.difference(model._base_manager.values_list("pk", flat=True))
        ContentVersion.objects.filter(model=model._meta.label_lower, row_id__in=gone).delete()
