"""REST routes of the operators' messages to players."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from core import paging
from core.shapes import Page
from core.typed import typed
from operators.support import selectors, services, shapes


class Messages(APIView):
    """The operators' messages to the caller."""

    @extend_schema(parameters=paging.PAGE_PARAMETERS, responses=Page[shapes.OperatorMessage])
    def get(self, request: Request) -> Response:
        """Newest first."""
        found = selectors.messages_to(identity(request).user_id)
        return paging.page(self, found, ordering="-id", show=selectors.shown_messages)


class Read(APIView):
    """The part of the operators' messages that the caller has read."""

    @typed
    def post(self, request: Request, up_to: shapes.UpTo) -> None:
        """Mark the messages up to this one as read."""
        services.mark_read(user_id=identity(request).user_id, up_to=up_to.id)
