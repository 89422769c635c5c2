"""Personal data in storage: the documents of a user. Those of groups and of the server stay."""

from core.ids import UserId
from core.personal_data import erases, exports
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
