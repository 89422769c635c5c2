"""The background task that makes calls. No transaction is open while another system takes its time."""

import asyncio
import re
import ssl
import time
from urllib.parse import urlsplit

from django.conf import settings

from core import due
from core.background import every
from core.database import in_database
from webhooks import rules, selectors, services
from webhooks.models import Delivery

WITHIN_S = 10.0
"""Time for a call, its connection included, however slowly it is answered."""


class NotPublicError(OSError):
    """The address is of a private network, which may not be called."""


@due.look(services.LOOK, every_s=1, waiting=selectors.waiting)
async def deliver_due() -> None:
    """Make the calls that are due now, all at once."""
    await asyncio.gather(*(_deliver(one) for one in await in_database(services.claim)))


async def _deliver(delivery: Delivery) -> None:
    status, error = None, ""
    try:
        async with asyncio.timeout(WITHIN_S):
            status = await _post(delivery)
        if not 200 <= status < 300:
            error = f"Answered with {status}"
    except TimeoutError:
        error = f"Not answered within {WITHIN_S:g} s"
    except (OSError, ValueError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    await in_database(services.note, delivery.pk, attempts=delivery.attempts, status=status, error=error)


async def _post(delivery: Delivery) -> int:
    """Post the call to a permitted address and return the status; redirects are not followed."""
    at = urlsplit(delivery.endpoint.url)
    is_secure = at.scheme == "https"
    host, port = at.hostname or "", at.port or (443 if is_secure else 80)
    # By the address that was checked: a second look-up could give another one.
    reader, writer = await asyncio.open_connection(
        await _address(host, port),
        port,
        ssl=ssl.create_default_context() if is_secure else None,
        server_hostname=host if is_secure else None,
    )
    try:
        writer.write(_request(delivery, f"{at.path or '/'}{f'?{at.query}' if at.query else ''}", at.netloc))
        await writer.drain()
        answer = await reader.readline()
    finally:
        writer.transport.abort()
    found = re.match(rb"HTTP/1\.[01] (\d{3})\b", answer)
    if found is None:
        raise ValueError("The answer is not HTTP")
    return int(found[1])


async def _address(host: str, port: int) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    addresses = [str(info[4][0]) for info in found]
    if not all(rules.may_call(address, settings.WEBHOOK_NETWORKS) for address in addresses):
        raise NotPublicError(f"{host} is not a public address")
    return addresses[0]


def _request(delivery: Delivery, target: str, host: str) -> bytes:
    timestamp = int(time.time())
    keys = services.secrets_of(delivery.endpoint)
    body = delivery.body.encode()
    headers = {
        "host": host,
        "user-agent": f"gameplatform/{settings.VERSION}",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": rules.signature(keys, str(delivery.pk), timestamp, delivery.body),
    }
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


every(600)(services.delete_old)
