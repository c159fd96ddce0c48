"""All that delivers, together: the worker, calls to webhooks, mail to organisers, and a catcher if wanted."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from app.config import Settings
from app.database import Database
from app.delivery import account_mail, relays
from app.delivery.hooks import Hooks
from app.delivery.worker import Worker
from app.services.sealing import Keys

logger = logging.getLogger(__name__)


@asynccontextmanager
async def delivering(settings: Settings, database: Database) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker, with a mail catcher where no mail server is set; on leaving, finish what is in hand."""
    async with AsyncExitStack() as stack:
        url = settings.smtp_url
        if url is None:
            from app.delivery import catcher  # noqa: PLC0415 - slow to load, and only wanted here

            server, url = await catcher.start(settings.mailbox)
            stack.callback(server.close)
        mailer = relays.from_settings(settings, url)
        stack.push_async_callback(mailer.close)
        stopping = asyncio.Event()
        keys = Keys(settings.secret_key)
        worker = Worker(database, mailer, keys, settings)
        calling = asyncio.create_task(Hooks(database, keys, settings).run(stopping))
        running = asyncio.create_task(worker.run(stopping))
        to_organisers = asyncio.create_task(account_mail.run(stopping, database, mailer, keys, settings))
        try:
            yield running
        finally:
            stopping.set()
            _, unfinished = await asyncio.wait({running, calling, to_organisers}, timeout=settings.grace)
            for task in unfinished:
                logger.warning("some deliveries were still under way; they are due again when their lease has run out")
                task.cancel()
