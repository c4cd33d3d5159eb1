"""Goal P6: landing a file against a bare COPY of the same rows into an unlogged text table, in turns, for every format.

    python -m benchmarks.landing [--customers 20000] [--rounds 5]

Files of the made-up company are written in every format; the bare COPY takes the same rows as plain CSV, whatever the format was. Landing
is what a refresh does with a file: read, hashed, numbered, looked through, personal cells sealed (and written to the vault), copied
into a table that survives a crash. Each also lands in a process of its own, as it is and four times as long, to see whether memory
grows. Prints the conditions, seconds, processors' seconds and the share of COPY's speed; exits with 1 where a format is slower than
half of it, or memory grows.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet
from sqlalchemy import Connection, text

from benchmarks.measured import bench as measured
from benchmarks.measured.bench import CURRENCY, EMPTY, ZONE, Bench, Took, company, opened
from benchmarks.measured.told import Limit, conditions, judged, tell
from benchmarks.measured.turns import in_turns
from warehouse import db, landing
from warehouse.access.vault import Vault
from warehouse.feeds.demo.files import workbook
from warehouse.feeds.mapping import contract_source, protections
from warehouse.feeds.readers import open_table
from warehouse.landing.sieve import Sieve
from warehouse.settings import Keys, Settings, keys

LEAST_SHARE, MOST_GROWTH_MB = 0.5, 48
LONGER = 4
SHEET_ROWS = 10_000
GROUP_ROWS = 122_880
"""Of a row group of Parquet, as DuckDB writes them: what a reader of it holds grows with these, not with the file."""
DATABASE = "landing"
BARE = "landing.bare"


@dataclass(frozen=True)
class Case:
    """A delivered file, and the same rows as plain CSV."""

    name: str
    path: Path
    plain: Path


def main() -> int:
    """Measure and tell; 1 where a format is slower than it may be, or memory grows."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=20_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--place", type=Path, help="folder for the files and the server; default: the system's")
    given = asked.parse_args()
    conditions(f"{given.customers:,} customers, {given.rounds} rounds in turns")
    with opened(given.place) as bench:
        delivery = company(bench, customers=given.customers).out / "delivery_000"
        files, longer = cases(delivery, bench.folder), cases(delivery, bench.folder / "longer", times=LONGER)
        settings = bench.copy(DATABASE, of=EMPTY)
        found = {case.name: compared(bench, settings, case, rounds=given.rounds) for case in files}
        memory = {
            case.name: peak_mb(bench, settings, long.path) - peak_mb(bench, settings, case.path)
            for case, long in zip(files, longer, strict=True)
        }
    return told(found, memory)


def cases(delivery: Path, folder: Path, *, times: int = 1) -> list[Case]:
    """Calls, which hold nothing personal, in every format; leads, with telephones, and complaints, with what people wrote."""
    calls, leads, complaints = (_rows(delivery, feed, times) for feed in ("contacts", "leads", "complaints"))
    few = calls.slice(0, SHEET_ROWS * times)
    folder.mkdir(exist_ok=True)
    plain, of_leads = _csv(folder / "contacts.csv", calls), _csv(folder / "leads.csv", leads)
    quoted = _csv(folder / "complaints.csv", complaints, quotes="needed")
    csv = plain.read_bytes()
    return [
        Case("csv", plain, plain),
        Case("tsv", _csv(folder / "contacts.tsv", calls, delimiter="\t"), plain),
        Case("csv, gb18030", _bytes(folder / "contacts_gb.csv", csv.decode().encode("gb18030")), plain),
        Case("csv, gzip", _bytes(folder / "contacts.csv.gz", csv, packing="gzip"), plain),
        Case("csv, zstd", _bytes(folder / "contacts.csv.zst", csv, packing="zstd"), plain),
        Case("parquet", _parquet(folder / "contacts.parquet", plain), plain),
        Case("xlsx", _bytes(folder / "contacts.xlsx", workbook(few)), _csv(folder / "contacts_few.csv", few)),
        Case("csv, personal", of_leads, of_leads),
        Case("parquet, personal", _parquet(folder / "leads.parquet", of_leads), of_leads),
        Case("csv, quotes, personal", quoted, quoted),
    ]


def compared(bench: Bench, settings: Settings, case: Case, *, rounds: int) -> dict[str, list[Took]]:
    """What a bare COPY and landing take, round by round, the first one left out."""
    database, house_keys = db.connect(settings), keys(settings)

    def timed(work: Callable[[Connection], int]) -> Took:
        rows = 0

        def taken() -> float:
            nonlocal rows
            before = time.process_time()
            with database.loader.begin() as connection:
                rows = work(connection)
            return time.process_time() - before

        took = bench.timed(taken)
        with database.loader.begin() as connection:
            landing.drop(connection, 1)
            connection.execute(text(f"drop table if exists {BARE}"))
            connection.execute(text("truncate vault.sealed"))  # whom it knows it need not keep again
        return replace(took, rows=rows)

    ways = {
        "COPY": partial(timed, partial(copied, case.plain)),
        "landing": partial(timed, partial(landed, house_keys, case.path)),
    }
    found = in_turns(ways, rounds=rounds, warm=1)
    database.dispose()
    return found


def copied(path: Path, connection: Connection) -> int:
    """COPY the file as it is into an unlogged table of text; the rows."""
    with path.open("rb") as file:
        width = len(file.readline().split(b","))
        columns = ", ".join(f"c{place} text" for place in range(1, width + 1))
        connection.execute(text(f"create unlogged table {BARE} ({columns})"))
        with closing(connection.connection.cursor()) as cursor:
            cursor.copy_expert(f"copy {BARE} from stdin with (format csv)", file, 1 << 20)
            return int(cursor.rowcount)


def landed(house_keys: Keys, path: Path, connection: Connection) -> int:
    """Land the file as a refresh does; the rows."""
    source = contract_source(zone=ZONE, currency=CURRENCY)
    mapping = source.match(path.name)
    if mapping is None:
        raise LookupError(path.name)
    with Vault(house_keys) as vault:
        table = open_table(path, declared=mapping.format)
        shields = protections(source, mapping, table.columns, vault.protect)
        sieve = Sieve.of(source, mapping, table.columns, branches=[f"B{number:02}" for number in range(1, 41)])
        came_to = landing.land(connection, table=table, file_id=1, protect=shields, sieve=sieve)
        vault.keep(connection)
    return came_to.rows


def peak_mb(bench: Bench, settings: Settings, path: Path) -> float:
    """Memory at most of a process that lands the file and does nothing else."""
    with bench.beside() as alone:
        return alone.submit(_peak_of_landing, settings, path).result()


def _peak_of_landing(settings: Settings, path: Path) -> float:
    database = db.connect(settings)
    with database.loader.connect() as connection:
        landed(keys(settings), path, connection)
    database.dispose()
    return measured.peak_mb()


def told(found: Mapping[str, Mapping[str, Sequence[Took]]], memory: Mapping[str, float]) -> int:
    """Print what was found; 1 where it is not what it should be."""
    limits = []
    for name, ways in found.items():
        bare, ours = ways["COPY"], ways["landing"]
        if {took.rows for took in bare} != {took.rows for took in ours}:
            raise ValueError(f"{name}: a bare COPY brings {bare[0].rows} rows, landing {ours[0].rows}")
        seconds = [statistics.median(took.seconds for took in way) for way in (bare, ours)]
        cpu = [statistics.median(took.all_cpu for took in way) for way in (bare, ours)]
        tell(
            f"{name:22} {ours[0].rows:9,} rows  COPY {seconds[0]:6.2f} s  landing {seconds[1]:6.2f} s"
            f"  processors {cpu[0]:6.2f} and {cpu[1]:6.2f} s  memory {memory[name]:+.0f} MB"
        )
        limits += [
            Limit(f"{name}: times as long as COPY", seconds[1] / seconds[0], 1 / LEAST_SHARE),
            Limit(f"{name}: more memory for {LONGER} times the rows", memory[name], MOST_GROWTH_MB, " MB"),
        ]
    return judged(*limits)


def _rows(delivery: Path, feed: str, times: int) -> pa.Table:
    """The rows of a feed as text, so many times over."""
    files = sorted(delivery.glob(f"{feed}_*"))
    names = pa_csv.read_csv(files[0]).column_names
    as_text = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    rows = pa.concat_tables([pa_csv.read_csv(file, convert_options=as_text) for file in files])
    return pa.concat_tables([rows] * times)


def _csv(path: Path, rows: pa.Table, *, delimiter: str = ",", quotes: str = "none") -> Path:
    with path.open("wb") as file:
        file.write((delimiter.join(rows.column_names) + "\n").encode())
        pa_csv.write_csv(
            rows, file, pa_csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style=quotes)
        )
    return path


def _parquet(path: Path, plain: Path) -> Path:
    """The rows of a plain CSV with instants, numbers and booleans as such."""
    pyarrow.parquet.write_table(pa_csv.read_csv(plain), path, row_group_size=GROUP_ROWS)
    return path


def _bytes(path: Path, content: bytes, *, packing: str | None = None) -> Path:
    with pa.output_stream(str(path), compression=packing) as file:
        file.write(content)
    return path


if __name__ == "__main__":
    sys.exit(main())
