"""Migrations of models that move to another app while their tables stay as they are."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.migrations import RunPython


def carry_over(names: Sequence[str], *, from_app: str, to_app: str) -> RunPython:
    """Return the operation that lets what is kept about these models by label follow them: their content
    types, and with these permissions and the audit trail, and the versions of content.

    The migration depends on the latest ones of ``admin``, ``auth``, ``contenttypes`` and ``core``.
    """
    return RunPython(_relabel(names, from_app, to_app), _relabel(names, to_app, from_app))


def _relabel(names: Sequence[str], old: str, new: str) -> Callable[[Any, Any], None]:
    def relabel(apps: Any, schema_editor: Any) -> None:
        using = schema_editor.connection.alias
        types = apps.get_model("contenttypes", "ContentType").objects.using(using)
        versions = apps.get_model("core", "ContentVersion").objects.using(using)
        for name in names:
            if moving := types.filter(app_label=old, model=name).first():
                # Made for the roles by a database that was migrated back.
                types.filter(app_label=new, model=name).delete()
                moving.app_label = new
                moving.save(update_fields=["app_label"])
            for version in versions.filter(model=f"{old}.{name}").iterator():
                version.model = version.data["model"] = f"{new}.{name}"
                version.save(update_fields=["model", "data"])

    return relabel
