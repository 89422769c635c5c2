"""The background task that sends queued mails; a slow mail server holds no database thread."""

import asyncio
import logging
from smtplib import SMTPException

from core import due
from core.background import every
from core.database import in_database
from core.mail import queue
from core.models import Mail

logger = logging.getLogger(__name__)


@due.look(queue.LOOK, every_s=1, waiting=queue.waiting)
async def send_due() -> None:
    """Send the mails that are due now; one that fails waits for its next try."""
    for mail in await in_database(queue.claim):
        try:
            await _send(mail)
        except (OSError, SMTPException) as problem:
            logger.warning("Mail %d was not sent at try %d: %s", mail.pk, mail.tries + 1, problem)
        except Exception:
            logger.exception("Mail %d of the kind %s cannot be sent", mail.pk, mail.kind)


async def _send(mail: Mail) -> None:
    message = await in_database(queue.render, mail)
    if message is not None:
        await asyncio.to_thread(message.send)
        await in_database(queue.mark_sent, mail, message=message)


every(600)(queue.delete_old)
