"""The project's own processes, for tests that treat them badly."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.config import Settings

COMMAND = Path(sys.executable).parent / "unsilenced"


@asynccontextmanager
async def running(
    *command: str, settings: Settings, folder: Path, **overrides: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `unsilenced …` in a process of its own, on the database of these settings."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("UNSILENCED_")} | {
        "UNSILENCED_DATABASE_URL": settings.database_url,
        "UNSILENCED_SECRET_KEY": settings.secret_key,
        "UNSILENCED_PACING": "off",
        **overrides,
    }
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        COMMAND, *command, env=env, cwd=folder, stdout=nowhere, stderr=nowhere
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
