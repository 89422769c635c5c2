"""REST routes of push notifications: whether, what and where to."""

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import identity
from core.typed import typed
from notifications.push import selectors, services, shapes


class Pushing(APIView):
    """Notifications while no page is seen."""

    @typed
    def get(self, request: Request) -> shapes.Pushing:
        """Return the server's key, the kinds that the caller wants, and whether this device is subscribed."""
        who = identity(request)
        return selectors.pushing(who.user_id, session_id=who.session_id)

    @typed
    def patch(self, request: Request, body: shapes.ChangedKinds) -> shapes.Kinds:
        """Switch kinds on or off, for all devices of the caller. Return all kinds."""
        who = identity(request)
        services.choose(who.user_id, changed=body)
        return selectors.kinds(who.user_id)


class OwnSubscription(APIView):
    """The push subscription of the device that asks."""

    @typed
    def put(self, request: Request, body: shapes.NewSubscription) -> None:
        """Subscribe this device, until it signs out. 409 `push_off`, 422 `invalid`."""
        who = identity(request)
        services.subscribe(who.user_id, session_id=who.session_id, given=body)

    @typed
    def delete(self, request: Request) -> None:
        """Send nothing more to this device."""
        services.unsubscribe(session_ids=[identity(request).session_id])
