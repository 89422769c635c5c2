"""Personal data in storage: the documents of a user. Those of groups and of the server stay."""

from core.ids import UserId
from core.personal_data import erases, exports, merges
from storage import selectors, shapes
from storage.models import Document, Folder


@exports("storage")
def documents(user_id: UserId) -> list[shapes.Document]:
    found = Document.objects.filter(folder__user=user_id).select_related("folder")
    return selectors.shown(found.order_by("collection", "key"))


@erases
def forget(user_id: UserId) -> None:
    """Delete the user's documents."""
    Folder.objects.filter(user=user_id).delete()


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Move the collections in which the kept account has nothing; of two with documents its own one stays."""
    has = Folder.objects.filter(user=kept_id, documents__gt=0).values("collection")
    taken = Folder.objects.filter(user=former_id, documents__gt=0).exclude(collection__in=list(has))
    Folder.objects.filter(user=kept_id, collection__in=taken.values("collection")).delete()
    taken.update(user=kept_id, owner=kept_id)
