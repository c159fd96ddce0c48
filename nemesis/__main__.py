"""Hurt the service for some minutes and hold it to what it promises: `make nemesis SEED=… MINUTES=10 DB=sqlite`."""

import argparse
import asyncio
import random
import shutil
import sys
from collections import Counter
from pathlib import Path

from app.database import Database
from nemesis import kept, paced, sent, served
from nemesis.evidence import Evidence, gather
from nemesis.run import fresh, run
from nemesis.scene import LEASE_TIME, database_server, scene
from nemesis.verdict import Verdict

JUDGES = (
    kept.durable,
    kept.nothing_lost,
    sent.hardly_ever_twice,
    kept.tally_equals_rows,
    sent.by_their_will,
    paced.within_limits,
    served.public_served,
    served.drained,
    kept.allowed_moves,
    served.nobody_named,
)


def main() -> int:
    options = _options()
    folder = fresh(options.folder or Path.cwd() / "var" / "nemesis" / options.db)
    chance = random.Random(options.seed)
    together = chance.random() < 0.5
    print(f"nemesis: seed {options.seed}, {options.minutes:g} minutes, {options.db}, logs in {folder}", flush=True)
    with database_server(options.db) as server:
        place = scene(folder, server, seed=options.seed, together=together)
        url = place.database.url.render_as_string(hide_password=False)
        asyncio.run(run(place, seed=options.seed, seconds=options.minutes * 60, rate=options.rate))
        if server:
            shutil.copy(server.log, folder / "postgresql.log")
        evidence = asyncio.run(gather_from(folder, url))
    return _tell(evidence)


async def gather_from(folder: Path, url: str) -> Evidence:
    database = Database(url)
    try:
        return await gather(folder, database, lease_time=LEASE_TIME)
    finally:
        await database.close()


def judge_all(evidence: Evidence) -> list[Verdict]:
    return [judge(evidence) for judge in JUDGES]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nemesis", description=__doc__)
    parser.add_argument("--seed", default=str(random.randrange(1_000_000)), help="the same seed draws the same faults")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rate", type=float, default=8.0, help="people who come in a second")
    parser.add_argument("--folder", type=Path, help="for the logs; emptied first (var/nemesis/DB)")
    return parser.parse_args()


def _tell(evidence: Evidence) -> int:
    """Print what was done and what held; return the exit code."""
    moods = sum(fault.what == "mood" for fault in evidence.faults)
    done = Counter(f"{fault.what} {fault.whom}" for fault in evidence.faults if fault.what != "mood")
    print(", ".join(f"{n} × {what}" for what, n in sorted(done.items())) + f", {moods} moods of the mail server")
    verdicts = judge_all(evidence)
    for verdict in verdicts:
        print(verdict)
    return 0 if all(verdict.holds for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
