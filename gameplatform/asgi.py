"""The ASGI application: HTTP to Django, authenticated sockets to the apps' consumers."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gameplatform.settings")
django.setup()

from channels.routing import ProtocolTypeRouter  # noqa: E402  (needs the apps loaded)
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

from accounts import gatekeeping, own_profile  # noqa: E402
from core import telemetry  # noqa: E402
from core.asgi import Liveness  # noqa: E402
from core.checks import refuse_dangerous_settings  # noqa: E402
from core.hot_calls import HotCalls  # noqa: E402
from core.hot_reads import HotReads  # noqa: E402
from game import catalogue_json  # noqa: E402
from gameplatform import doors  # noqa: E402
from matchmaking import hot_join  # noqa: E402
from realtime.lifespan import Lifespan, WithWorker  # noqa: E402
from realtime.routing import Router, websocket_urlpatterns  # noqa: E402
from realtime.server.bridge import WSGIBridge  # noqa: E402
from realtime.socket.gate import Gate, HostOriginValidator  # noqa: E402
from realtime.tracing import trace_sockets  # noqa: E402

refuse_dangerous_settings()
telemetry.start()

application = ProtocolTypeRouter(
    {
        "lifespan": Lifespan(),
        "http": WithWorker(
            Liveness(
                HotReads(
                    HotCalls(WSGIBridge(WSGIHandler(), doors.lane_of), {"/game/join": hot_join.hot_join}),
                    {
                        "/api/me": own_profile.hot_read,
                        "/api/users/profile": own_profile.hot_read,
                        "/api/games/catalog": catalogue_json.hot_read,
                    },
                )
            )
        ),
        "websocket": trace_sockets(
            HostOriginValidator(
                Gate(
                    Router(websocket_urlpatterns()),
                    identify=gatekeeping.identify,
                    redeem=gatekeeping.redeem_ticket,
                    open_paths=("/ws",),
                )
            )
        ),
    }
)
