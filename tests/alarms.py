"""Does a check cry wolf? Companies of different seeds, the first delivery of each and the week that follows, all of it clean.

    python -m tests.alarms [--seeds 50] [--first 1] [--customers 300]

Prints what was held and how often each check warned; exit code 1 where anything clean was held. Two deliveries a seed.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import text

from tests.servers import copied, started
from warehouse import db
from warehouse.feeds.demo import write_company, write_week
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.settings import Keys

KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
ZONE, CURRENCY = "Asia/Shanghai", "CNY"
WARNED = "select gate || ' ' || table_name || ' ' || rule_id from published.check_result where outcome <> 'passed'"


def tried(database: db.Database, folder: Path, *, seed: int, customers: int) -> tuple[list[str], list[str]]:
    """What was held of two clean deliveries of the company of this seed, and which checks did not pass."""
    company = write_company(folder, customers=customers, seed=seed)
    held = []
    for delivery in (folder / "delivery_000", write_week(company, folder)):
        outcome = refresh(database, KEYS, [Delivery.by_contract(delivery, zone=ZONE, currency=CURRENCY)], by="alarms")
        held += [f"seed {seed}, {delivery.name}: {feed} by {', '.join(rules)}" for feed, rules in outcome.held.items()]
    with database.loader.begin() as connection:
        return held, list(connection.scalars(text(WARNED)))


def main() -> int:
    """Try every seed; 1 where something clean was held."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=50)
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--customers", type=int, default=300)
    given = asked.parse_args()
    alarms, warned, begun = list[str](), Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)  # the embedded server runs as somebody else, who must come through
        server = started(Path(place) / "postgres")
        template = db.embedded(server, "clean")
        db.migrate(template.loader)
        template.dispose()
        for seed in range(given.first, given.first + given.seeds):
            with tempfile.TemporaryDirectory(dir=place) as folder, copied(server, "clean") as database:
                held, warnings = tried(database, Path(folder), seed=seed, customers=given.customers)
            alarms += held
            warned.update(warnings)
            sys.stdout.write(f"seed {seed}: {'; '.join(held) or 'nothing held'} ({time.monotonic() - begun:.0f} s)\n")
            sys.stdout.flush()
    for check, times in warned.most_common():
        sys.stdout.write(f"{times:4} times: {check}\n")
    sys.stdout.write(f"{2 * given.seeds} clean deliveries, {len(alarms)} false alarms\n")
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
