"""The background task that makes calls. No transaction is open while another system takes its time."""

import asyncio
import time

from django.conf import settings

from core import due, outgoing
from core.background import every
from core.database import in_database
from webhooks import rules, selectors, services
from webhooks.models import Delivery


@due.look(services.LOOK, every_s=1, waiting=selectors.waiting)
async def deliver_due() -> None:
    """Make the calls that are due now, all at once."""
    await asyncio.gather(*(_deliver(one) for one in await in_database(services.claim)))


async def _deliver(delivery: Delivery) -> None:
    status, error = None, ""
    try:
        status = await outgoing.post(
            delivery.endpoint.url,
            delivery.body.encode(),
            _headers(delivery),
            networks=settings.WEBHOOK_NETWORKS,
        )
        if not 200 <= status < 300:
            error = f"Answered with {status}"
    except TimeoutError:
        error = f"Not answered within {outgoing.WITHIN_S:g} s"
    except (OSError, ValueError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    await in_database(services.note, delivery.pk, attempts=delivery.attempts, status=status, error=error)


def _headers(delivery: Delivery) -> dict[str, str]:
    timestamp = int(time.time())
    keys = services.secrets_of(delivery.endpoint)
    return {
        "content-type": "application/json",
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": rules.signature(keys, str(delivery.pk), timestamp, delivery.body),
    }


every(600)(services.delete_old)
