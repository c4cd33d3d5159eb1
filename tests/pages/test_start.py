"""What the dashboard loads before its first page: what only some visitors need waits for them."""

import subprocess
import sys

from tests.pages.test_screens import SCREENS

FOR_FEW = (
    "alembic",
    "altair",
    "cryptography",
    "fsspec",
    "great_expectations",
    "openpyxl",
    "sqlglot",
    "typst",
    "vl_convert",
)


def test_every_page_comes_without_what_few_visitors_need() -> None:
    pages = "; ".join(f"import pages.{screen}" for screen in SCREENS)
    told = f"import sys; {pages}; print(*sorted({set(FOR_FEW)!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip() == ""


def test_the_front_door_loads_no_page_before_somebody_comes_to_it() -> None:
    told = (
        "import sys; from pages.shared import meters, names, panels, viewer;"
        " print(*sorted(name for name in sys.modules if name.startswith('pages.') and name.count('.') == 1))"
    )
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split() == [
        "pages.shared"
    ]
