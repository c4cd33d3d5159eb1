"""`forget` erases one person from vault, staging, landing and refused rows; new keys take the place of old; no figure changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, create_engine

from tests.access.firm import ANNA, ANNAS, BORIS, DEWEI, FEEDS, HEAD, OTHERS, Firm, everything, founded, told_in
from tests.refresh.deliveries import write
from warehouse import db
from warehouse.access import rotation
from warehouse.access.standing import NotQuiet
from warehouse.access.vault import OtherKey, Vault
from warehouse.feeds.contract import feeds
from warehouse.forgetting import Forgotten, forget
from warehouse.queries.contact_cards import contact_card
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery
from warehouse.settings import Keys, Settings, keep_keys, keys

KEYS = Keys(hashing=b"a secret of the tests that nobody guesses", vault=Fernet.generate_key())


@pytest.fixture(scope="module")
def firm(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with founded(server, template, tmp_path_factory.mktemp("firm"), KEYS) as made:
        yield made


@pytest.fixture(scope="module")
def before(firm: Firm) -> dict[str, str]:
    figures = firm.figures()
    assert len(figures) > 20
    return figures


@pytest.fixture(scope="module")
def sealed(firm: Firm) -> dict[str, bytes]:
    """What stood in the vault before anybody was forgotten, by its value."""
    vault = Vault(KEYS)
    rows = firm.rows("select value from vault.sealed")
    return {vault.open(bytes(value)): bytes(value) for (value,) in rows}


@pytest.fixture(scope="module")
def forgotten(firm: Firm, before: dict[str, str], sealed: dict[str, bytes]) -> Forgotten:
    assert before
    assert {*ANNAS[:5]} - {*sealed} == {ANNAS[2]}, "of a row that was refused nothing personal is kept"
    return forget(firm.database, ANNA, by="tests", reason="asked by letter")


def tokens(*values: str) -> set[str]:
    return {Vault(KEYS).token(value) for value in values}


def vault_file(firm: Firm, server: URL) -> bytes:
    """The bytes of the vault on the disk."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("checkpoint")
    admin.dispose()
    ((path,),) = firm.rows("select pg_relation_filepath('vault.sealed')")
    return Path(str(server.query["host"]), str(path)).read_bytes()


def test_what_no_mapping_reads_is_not_kept_at_all(firm: Firm, before: dict[str, str]) -> None:
    assert "@" in ANNAS[5], "delivered under a header that is none of ours"
    assert told_in(everything(firm.database), [ANNAS[5]]) == []


def test_what_was_the_persons_alone_stands_nowhere_any_more(firm: Firm, forgotten: Forgotten) -> None:
    assert forgotten.gone == 4
    assert told_in(everything(firm.database), [*ANNAS, *tokens(*ANNAS)]) == []
    assert not firm.tokens() & tokens(*ANNAS)


def test_others_keep_theirs(firm: Firm, forgotten: Forgotten) -> None:
    assert forgotten.shared == 1  # "too late", which Boris said as well
    assert tokens(*OTHERS, "13844440005", "too late", "fine") <= firm.tokens()
    cards = [
        contact_card(Reader(firm.database.reader, HEAD), KEYS, kind="customer", code=code, reason="a call")
        for code in (ANNA, BORIS, DEWEI)
    ]
    assert [(card.name, card.phone) for card in cards] == [
        (None, None),
        ("Boris Bjarnason", "13822220002"),
        ("李伟", "13833330004"),
    ]


def test_no_figure_changes_not_even_when_all_is_worked_out_anew(
    firm: Firm, before: dict[str, str], forgotten: Forgotten
) -> None:
    assert firm.figures() == before
    assert firm.deliver("again", rebuild=True).verdict == "published"
    assert firm.figures() == before
    assert told_in(everything(firm.database), tokens(*ANNAS)) == []


def test_the_trail_says_who_did_it_and_why_and_nothing_of_the_person(firm: Firm, forgotten: Forgotten) -> None:
    ((person, what),) = firm.rows("select person, detail ->> 'what' from access.audit where action = 'forget'")
    assert (person, what) == ("tests", f"customer {ANNA}, 4 values: asked by letter")


def test_the_sealed_values_are_gone_from_the_file_of_the_vault_too(
    firm: Firm, server: URL, forgotten: Forgotten, sealed: dict[str, bytes]
) -> None:
    on_disk = vault_file(firm, server)
    assert sealed["Boris Bjarnason"] in on_disk
    assert not [value for value in ANNAS if value in sealed and sealed[value] in on_disk]


def test_the_files_delivered_again_are_not_read_and_a_new_delivery_is(firm: Firm, forgotten: Forgotten) -> None:
    firm.deliver("first", **FEEDS)
    assert not firm.tokens() & tokens(*ANNAS)
    newer = [{**next(iter(FEEDS["customers"])), "phone": "13811112222"}]
    firm.deliver("newer", customers=newer)
    assert firm.tokens() & tokens(*ANNAS, "13811112222") == tokens("Anna Achterberg", "13811112222")
    assert forget(firm.database, ANNA, by="tests").gone == 2
    assert not firm.tokens() & tokens(*ANNAS, "13811112222")


NOTE = "asks for Freya at the desk"
MAPPING = """
source: shop
zone: UTC
files:
  - pattern: "kunden*"
    personal: [Mail]
    feeds:
      customers:
        columns:
          customer_id: Nummer
          branch_id: {constant: B1}
          customer_kind: {constant: person}
          created_on: Seit
          customer_name: Wer
          phone: Tel
"""


def test_a_file_with_columns_of_its_own_is_searched_as_well(firm: Firm, forgotten: Forgotten, tmp_path: Path) -> None:
    wanted, other = (
        ("Freya Fuchs", "13855550001", "freya@mail.example"),
        ("Gina Graf", "13855550002", "gina@mail.example"),
    )
    kunden = [
        {"Nummer": "F1", "Seit": "2025-06-01", "Wer": wanted[0], "Tel": wanted[1], "Mail": wanted[2], "Note": NOTE},
        {"Nummer": "G1", "Seit": "2025-06-01", "Wer": other[0], "Tel": other[1], "Mail": other[2]},
        {"Nummer": "F1", "Seit": "never", "Wer": wanted[0], "Tel": "13855559999", "Mail": "old@mail.example"},
        *({"Nummer": f"Z{n}", "Seit": "2025-06-01", "Wer": "", "Tel": "", "Mail": ""} for n in range(60)),
    ]
    (tmp_path / "shop.yaml").write_text(MAPPING, "utf-8")
    folder = write(tmp_path / "shop", kunden=kunden)
    assert firm.take(Delivery.of(tmp_path / "shop.yaml", folder)).verdict == "published"
    assert firm.tokens() >= tokens(*wanted, *other)
    assert not firm.tokens() & tokens("13855559999", "old@mail.example"), "of a row that was refused"
    assert told_in(everything(firm.database), [NOTE, *wanted, *other]) == []
    assert forget(firm.database, "F1", by="tests").gone == 3
    assert told_in(everything(firm.database), tokens(*wanted)) == []
    assert firm.tokens() >= tokens(*other)


def test_nobody_of_that_code_is_said_so_and_a_refresh_is_not_disturbed(firm: Firm, forgotten: Forgotten) -> None:
    with pytest.raises(LookupError, match="no row tells of a customer K9"):
        forget(firm.database, "K9", by="tests")
    with db.alone_at(firm.database.loader, "gatehouse.refresh"), pytest.raises(NotQuiet, match="under way"):
        forget(firm.database, BORIS, by="tests")


def test_every_feed_that_holds_something_personal_of_customers_is_searched() -> None:
    searched = (Path(db.HERE) / "forgetting" / "belongings.sql").read_text("utf-8")
    personal = {code for code, feed in feeds().items() if any(column.personal for column in feed.columns)}
    assert personal - {"staff"} <= {code for code in feeds() if f"'{code}' as feed" in searched}


@pytest.fixture(scope="module")
def lately(firm: Firm) -> dict[str, str]:
    """The figures before the keys were changed."""
    return firm.figures()


@pytest.fixture
def settings(tmp_path: Path, firm: Firm, forgotten: Forgotten) -> Iterator[Settings]:
    """Settings whose keys.json has the keys that the firm's vault is sealed with; what they become stays with the firm."""
    made = Settings(home=tmp_path)
    keep_keys(made, firm.keys)
    yield made
    firm.keys = keys(made)


def boris(firm: Firm, opening: Keys) -> str | None:
    reader = Reader(firm.database.reader, HEAD)
    return contact_card(reader, opening, kind="customer", code=BORIS, reason="a call").name


def test_a_new_vault_key_opens_everything_and_the_old_one_nothing(
    firm: Firm, server: URL, settings: Settings, lately: dict[str, str], sealed: dict[str, bytes]
) -> None:
    known = firm.tokens()
    assert rotation.rotate_vault_key(firm.database, settings, by="tests") == len(known)
    new = keys(settings)
    assert new.vault != KEYS.vault
    assert (new.vault_before, new.hashing) == (None, KEYS.hashing)
    assert boris(firm, new) == "Boris Bjarnason"
    with pytest.raises(OtherKey, match="sealed with another key"):
        boris(firm, KEYS)
    assert not [value for value in sealed.values() if value in vault_file(firm, server)]
    assert firm.tokens() == known
    assert firm.figures() == lately


def test_a_delivery_sealed_with_another_key_is_not_taken(firm: Firm, forgotten: Forgotten) -> None:
    known, other = firm.tokens(), Keys(hashing=KEYS.hashing, vault=Fernet.generate_key())
    with pytest.raises(OtherKey, match="GATEHOUSE_VAULT_KEY_OLD"):
        firm.deliver("other key", other, staff=[{"staff_id": "S9", "branch_id": "B1", "staff_name": "Zoe Zander"}])
    assert firm.tokens() == known
    assert firm.rows("select count(*) from staging.stg_staff where staff_id = 'S9'") == [(0,)]


def test_cut_off_both_keys_are_kept_until_it_is_done(
    firm: Firm, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(rotation, "seal_anew", cut_off)
        rotation.rotate_vault_key(firm.database, settings, by="tests")
    halfway = keys(settings)
    assert (halfway.vault_before, boris(firm, halfway)) == (firm.keys.vault, "Boris Bjarnason")
    firm.deliver("halfway", halfway, staff=[{"staff_id": "S2", "branch_id": "B1", "staff_name": "Yann Yilmaz"}])
    rotation.rotate_vault_key(firm.database, settings, by="tests")
    done = keys(settings)
    assert (done.vault, done.vault_before) == (halfway.vault, None)
    vault = Vault(done)
    opened = {vault.open(bytes(value)) for (value,) in firm.rows("select value from vault.sealed")}
    assert {"Yann Yilmaz", "Boris Bjarnason"} <= opened


def test_a_new_hashing_key_makes_every_hash_anew_wherever_it_stands(
    firm: Firm, settings: Settings, lately: dict[str, str]
) -> None:
    old = firm.tokens()
    places = told_in(everything(firm.database, but=("vault",)), old)
    assert {where.split(".")[0] for where, _ in places} == {"landing", "staging"}
    assert rotation.rotate_hashing_key(firm.database, settings, by="tests") == len(old)
    new = Vault(keys(settings))
    assert told_in(everything(firm.database), old) == []
    assert firm.tokens() >= {new.token(value) for value in (*OTHERS, "fine")}
    renewed = told_in(everything(firm.database, but=("vault",)), firm.tokens())
    assert len(renewed) == len(places)
    assert boris(firm, keys(settings)) == "Boris Bjarnason"
    assert firm.figures() == lately
    known = firm.tokens()
    firm.deliver(
        "the same again",
        keys(settings),
        staff=[*FEEDS["staff"], {"staff_id": "S3", "branch_id": "B1", "staff_name": OTHERS[0]}],
    )
    assert firm.tokens() == known


def test_rotations_stand_in_the_trail(firm: Firm, forgotten: Forgotten) -> None:
    told = [
        str(what).split(":")[0]
        for (what,) in firm.rows("select detail ->> 'what' from access.audit where action = 'key change'")
    ]
    assert {"vault key", "hashing key"} == set(told)
