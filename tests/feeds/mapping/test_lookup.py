"""Look-ups in a mapping: what cannot be looked up is said before a row is read."""

from pathlib import Path

import pytest

from warehouse.feeds.mapping import MappingError, check, check_headers, read_mapping

MAPPING = """
source: shop
ignore: ["*.txt"]
files:
  - pattern: "orders*.csv"
    feeds:
      orders:
        columns:
          order_id: Sale
          customer_id: Buyer
          branch_id: {column: Buyer, lookup: {file: "buyers*.csv", key: Buyer, take: Town}}
          ordered_at: Day
          amount: Amount
  - pattern: "buyers*.csv"
    ignore: [Street]
    feeds:
      branches:
        columns: {branch_id: {constant: B}, branch_name: {constant: B}, region_id: {constant: R}, region_name: {constant: R}}
"""
ORDERS = "Sale,Buyer,Day,Amount\nS1,7,2026-03-01,10\n"


def written(folder: Path, mapping: str = MAPPING) -> Path:
    path = folder / "shop.yaml"
    path.write_text(mapping, "utf-8")
    return path


def test_files_are_read_after_those_that_they_look_into(tmp_path):
    source = read_mapping(written(tmp_path))
    assert [source.depth(name) for name in ("orders.csv", "buyers.csv", "other.csv")] == [1, 0, 0]


def test_headers_that_are_looked_up_are_in_use(tmp_path):
    source = read_mapping(written(tmp_path))
    assert check_headers(source.files[1], ("Buyer", "Town", "Street"), file="buyers.csv") == []


@pytest.mark.parametrize(
    ("was", "becomes", "kind", "fits"),
    [
        ('file: "buyers*.csv"', 'file: "buyer*.csv"', "lookup_lost", ("buyers*.csv",)),
        ("take: Town", "takes: Town", "unknown_key", ("take",)),
        (
            "ignore: [Street]",
            "personal: [Town]",
            "personal_in_clear",
            (),
        ),
        (
            "{branch_id: {constant: B},",
            '{branch_id: {column: Town, lookup: {file: "orders*.csv", key: Buyer, take: Sale}},',
            "lookup_circle",
            (),
        ),
        (
            "{branch_id: {constant: B},",
            '{branch_id: {column: Buyer, lookup: {file: "buyers*.csv", key: Id, take: Town}},',
            "lookup_itself",
            (),
        ),
    ],
)
def test_a_look_up_that_cannot_be_is_refused(tmp_path, was, becomes, kind, fits):
    assert MAPPING.count(was) == 1
    with pytest.raises(MappingError) as refused:
        read_mapping(written(tmp_path, MAPPING.replace(was, becomes)))
    found = {problem.kind: problem.fits for problem in refused.value.problems}
    assert found[kind] == fits


def test_check_says_which_file_or_header_is_not_there(tmp_path):
    source = read_mapping(written(tmp_path))
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "orders.csv").write_text(ORDERS, "utf-8")
    (folder / "notes.txt").write_text("left aside on purpose", "utf-8")
    absent = [(problem.kind, problem.file, problem.value) for problem in check(source, folder) if problem.stops]
    assert absent == [("lookup_file_absent", "orders.csv", "buyers*.csv")]

    (folder / "buyers.csv").write_text("Buyer,City\n7,Wuhan\n", "utf-8")
    other = [(problem.kind, problem.file, problem.value) for problem in check(source, folder) if problem.stops]
    assert other == [("header_absent", "buyers.csv", "Town")]
