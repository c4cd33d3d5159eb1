"""Files of other machines are read as those of this one: recognised, hashed, taken once, and refused where they changed meanwhile."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from tests.offered.conftest import Take, delivered, refused
from tests.offered.stores import PASSWORD, USER
from warehouse.feeds.readers import ChangedFile, NoDriver, Unreachable, content_hash, open_table
from warehouse.feeds.sources import RemoteFile, files_at
from warehouse.feeds.sources.folders import _may_differ
from warehouse.receive import Delivery

BRANCHES = "branch_id,branch_name,region_id,region_name\nB1,Harbour,N,North\n"
LEADS = "lead_id,branch_id,source_code,collected_at\n" + "".join(f"L{n},B1,web,2026-01-05 10:00\n" for n in range(50))


@dataclass(frozen=True)
class Store:
    """A folder of another machine, by its URL, and as whoever fills it sees it."""

    url: str
    folder: Path

    def put(self, name: str, content: str) -> None:
        """Lay a file there, or another in its place."""
        if self.is_s3:
            fsspec.filesystem("s3").pipe(f"{self.folder}/{name}", content.encode())
        else:
            (self.folder / name).write_text(content, "utf-8")

    def let_lie(self) -> None:
        """Let an hour pass; S3 tells changes by their content."""
        for path in () if self.is_s3 else self.folder.iterdir():
            os.utime(path, (path.stat().st_mtime - 3600,) * 2)

    def take_away(self, name: str) -> None:
        """Delete a file."""
        if self.is_s3:
            fsspec.filesystem("s3").rm(f"{self.folder}/{name}")
        else:
            (self.folder / name).unlink()

    @property
    def is_s3(self) -> bool:
        return self.url.startswith("s3:")


@contextmanager
def served(kind: str, folder: Path) -> Iterator[int]:
    """A server of that kind, by its port, until the end of the block."""
    command = [sys.executable, "-m", "tests.offered.stores", kind, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.stdin.close()


@pytest.fixture(scope="session")
def s3_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served("s3", tmp_path_factory.mktemp("s3")) as port:
        yield port


@pytest.fixture
def s3(s3_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    folder = Path(tmp_path.name.replace("_", "-"), "out")
    fsspec.filesystem("s3").mkdir(str(folder))
    return Store(f"s3://{folder}", folder)


@pytest.fixture(scope="session")
def sftp_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    root = tmp_path_factory.mktemp("sftp")
    with served("sftp", root) as port:
        yield port, root


@pytest.fixture
def sftp(sftp_root: tuple[int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    port, root = sftp_root
    options = {"password": PASSWORD, "known_hosts": str(root / "known_hosts")}
    monkeypatch.setitem(fsspec.config.conf, "sftp", options)
    (root / tmp_path.name).mkdir()
    return Store(f"sftp://{USER}@127.0.0.1:{port}/{tmp_path.name}", root / tmp_path.name)


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Store]:
    folder = tmp_path / "out"
    folder.mkdir()
    with served("http", folder) as port:
        yield Store(f"http://127.0.0.1:{port}", folder)


@pytest.fixture(params=["s3", "sftp"])
def store(request: pytest.FixtureRequest) -> Store:
    made: Store = request.getfixturevalue(request.param)
    return made


def test_files_come_as_from_a_folder_and_are_brought_once(
    store: Store, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in (("branches.csv", BRANCHES), ("leads.csv", LEADS), (".hidden", "x"), ("notes.txt", "x")):
        store.put(name, content)
    first = take(Delivery.by_contract(store.url))
    assert delivered(first) == {"branches": 1, "leads": 50}
    assert first.unknown == ["notes.txt"]
    (tmp_path / "leads.csv").write_text(LEADS, "utf-8")
    assert content_hash(f"{store.url}/leads.csv") == content_hash(tmp_path / "leads.csv")
    store.put("leads.csv", LEADS.replace("web", "net"))  # as long, and in the same second
    store.put("leads_2.csv", LEADS)  # another file with what was landed
    second = take(Delivery.by_contract(store.url))
    assert (delivered(second), second.skipped) == ({"leads": 50}, ["branches.csv", "leads_2.csv"])
    store.let_lie()
    assert take(Delivery.by_contract(store.url)).skipped == ["branches.csv", "leads.csv", "leads_2.csv"]
    monkeypatch.setattr(RemoteFile, "brought", None)  # what did not change is not fetched to see that
    assert take(Delivery.by_contract(store.url)).skipped == ["branches.csv", "leads.csv", "leads_2.csv"]


def test_where_a_list_tells_names_alone_what_is_in_a_file_tells_that_it_changed(http: Store, take: Take) -> None:
    http.put("branches.csv", BRANCHES)
    http.put("leads.csv", LEADS)
    assert delivered(take(Delivery.by_contract(http.url))) == {"branches": 1, "leads": 50}
    http.put("leads.csv", LEADS.replace("web", "net"))  # as long
    second = take(Delivery.by_contract(http.url))
    assert (delivered(second), second.skipped) == ({"leads": 50}, ["branches.csv"])
    assert take(Delivery.by_contract(http.url)).skipped == ["branches.csv", "leads.csv"]


@pytest.mark.parametrize(
    ("listed", "may_differ"),
    [
        ({"name": "http://host/a.csv", "size": None, "type": "file"}, True),
        ({"size": 9, "ino": 7, "created": 1.0}, True),
        ({"size": 9, "ETag": "a"}, False),
        ({"size": 9, "modify": "20260105100000"}, False),
        ({"size": 9, "modify": f"{datetime.now(UTC) + timedelta(hours=1):%Y%m%d%H%M%S.500}"}, True),
        ({"size": 9, "modify": "Jan 05 10:00"}, True),
        ({"size": 9, "last_write_time": 1.7e9}, False),
        ({"size": 9, "modificationTime": 1_700_000_000_000}, False),
    ],
)
def test_a_stamp_is_trusted_where_it_holds_a_time_or_a_tag(listed: dict[str, object], *, may_differ: bool) -> None:
    assert _may_differ(listed) is may_differ


def test_the_empty_file_that_stands_for_a_folder_of_s3_is_none(s3: Store, take: Take) -> None:
    bucket, folder = s3.folder.parts
    fsspec.filesystem("s3").call_s3("put_object", Bucket=bucket, Key=f"{folder}/", Body=b"")
    assert files_at(s3.url) == ()
    s3.put("branches.csv", BRANCHES)
    assert delivered(take(Delivery.by_contract(s3.url))) == {"branches": 1}
    with pytest.raises(NotADirectoryError):
        files_at(f"{s3.url}/branches.csv")


def test_a_file_that_changes_while_it_is_read_is_refused(store: Store) -> None:
    store.put("leads.csv", LEADS)
    batches = open_table(f"{store.url}/leads.csv").batches()
    next(batches)
    store.put("leads.csv", LEADS + "L51,B1,web,2026-01-05 10:00\n")
    with pytest.raises(ChangedFile, match="the file changed while it was read"):
        list(batches)


def test_a_file_that_has_gone_is_refused_and_the_others_come(store: Store, take: Take) -> None:
    store.put("branches.csv", BRANCHES)
    store.put("leads.csv", LEADS)
    delivery = Delivery.by_contract(store.url)
    store.take_away("leads.csv")
    received = take(delivery)
    assert delivered(received) == {"branches": 1}
    assert "there is no such file" in refused(received)["leads.csv"]


def test_a_place_that_is_not_there_is_named(store: Store) -> None:
    store.put("leads.csv", LEADS)
    with pytest.raises(ConnectionError, match=re.escape(f"{store.url}/none cannot be read (FileNotFoundError")):
        files_at(f"{store.url}/none")


def test_whoever_is_refused_or_not_known_is_told_so(sftp: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sftp.put("leads.csv", LEADS)
    (file,) = files_at(sftp.url)
    known = fsspec.config.conf["sftp"]
    monkeypatch.setitem(fsspec.config.conf, "sftp", {**known, "password": "guessed"})
    with pytest.raises(ConnectionError, match="Permission denied for user crm") as error:
        files_at(sftp.url)
    assert "guessed" not in str(error.value)
    assert isinstance(file, RemoteFile)
    with pytest.raises(Unreachable, match="it cannot be brought"), file.brought():
        pass
    monkeypatch.setitem(fsspec.config.conf, "sftp", {"password": PASSWORD})
    with pytest.raises(ConnectionError, match="Host key is not trusted"):
        files_at(sftp.url)


def test_a_url_says_no_password_and_no_unknown_protocol(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="belongs into the environment") as error:
        files_at("sftp://crm:sesame@host/out")
    assert "sesame" not in str(error.value)
    with pytest.raises(NoDriver, match="install the fsspec driver"):
        files_at("fables://host/out")
    (tmp_path / "leads.csv").write_text(LEADS, "utf-8")
    assert files_at(f"file://{tmp_path}") == (tmp_path / "leads.csv",)
