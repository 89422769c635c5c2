"""The ASGI application: HTTP to Django, authenticated sockets to the apps' consumers."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gameplatform.settings")
django.setup()

from channels.routing import ProtocolTypeRouter  # noqa: E402  (needs the apps loaded)

from accounts import gatekeeping  # noqa: E402
from core import telemetry  # noqa: E402
from core.asgi import Liveness  # noqa: E402
from core.checks import refuse_dangerous_settings  # noqa: E402
from core.fast_path import FastHandler, FastPath  # noqa: E402
from game.live.sync import SUBPROTOCOLS  # noqa: E402
from gameplatform import doors  # noqa: E402
from realtime import worker  # noqa: E402
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
                FastPath(WSGIBridge(FastHandler(), doors.lane_of)), lambda: not worker.current().is_draining
            )
        ),
        "websocket": trace_sockets(
            HostOriginValidator(
                Gate(
                    Router(websocket_urlpatterns()),
                    identify=gatekeeping.identify,
                    redeem=gatekeeping.redeem_ticket,
                    open_paths=("/ws",),
                    subprotocols={"/ws/game/": SUBPROTOCOLS},
                )
            )
        ),
    }
)
