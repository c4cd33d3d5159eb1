"""What the figures are made by and judged by, as one fingerprint: when it changes, everything published is made anew.

A gate looks at the rows of new slices; by rules that came later, or say something else by now, all of them are judged.
"""

import hashlib
from functools import cache
from pathlib import Path

from warehouse.curated import declared

HERE = Path(__file__).parent
MADE_BY = (
    "curated/*.sql",
    "curated/standings/*.sql",
    "published/*.sql",
    "published/touched/*.sql",
    "migrations/sql/*.sql",
    "migrations/sql/*/*.sql",
    "../checks/suites/figures/*.yaml",
    "../checks/rows/*.sql",
)


@cache
def fingerprint() -> str:
    """SHA-256 over the SQL from staging to published, the settings it is bound with and the rules for figures, as hex."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in MADE_BY for path in HERE.glob(pattern)):
        digest.update(path.read_bytes())
    for name, value in sorted(declared().items()):
        digest.update(f"{name}={value}".encode())
    return digest.hexdigest()
