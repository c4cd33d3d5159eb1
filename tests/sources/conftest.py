"""Each example source goes through the real refresh once a session; without the folder of public data (`make sources DATA=FOLDER`) its tests skip."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, create_engine

from tests.sources.loaded import Loaded
from warehouse import db

FOLDERS = {
    "boston_311": "boston311_2015",
    "x_education": "xeducation_leads",
    "olist": "olist_orders_sample",
    "online_retail": "uci_online_retail_ii",
    "sfo_survey": "sfo_airport_survey",
    "bank_calls": "anonbank_calls_1999",
    "citizen_messages": "cn_citizen_messages",
    "cfpb": "cfpb_sample",
    "helpdesk": "bpi_helpdesk",
    "kiosk_servqual": "kiosk_servqual_kr",
}


def _source(name: str) -> Callable[[pytest.FixtureRequest], Iterator[Loaded]]:
    @pytest.fixture(scope="session")
    def source(request: pytest.FixtureRequest) -> Iterator[Loaded]:
        with _loaded(name, request) as loaded:
            yield loaded

    return source


boston = _source("boston_311")
x_education = _source("x_education")
olist = _source("olist")
online_retail = _source("online_retail")
sfo = _source("sfo_survey")
bank = _source("bank_calls")
citizens = _source("citizen_messages")
cfpb = _source("cfpb")
helpdesk = _source("helpdesk")
kiosk = _source("kiosk_servqual")


@contextmanager
def _loaded(name: str, request: pytest.FixtureRequest) -> Iterator[Loaded]:
    folder = _folder(name)
    server: URL = request.getfixturevalue("server")  # not started only to skip
    database = db.embedded(server, f"source_{name}", template=request.getfixturevalue("template"))
    environment = {
        "DATABASE_URL": database.loader.url.render_as_string(hide_password=False),
        "DATABASE_READER_URL": database.reader.url.render_as_string(hide_password=False),
        "GATEHOUSE_HASH_KEY": "a secret of the tests that nobody guesses",
        "GATEHOUSE_VAULT_KEY": Fernet.generate_key().decode(),
    }
    loaded = Loaded(name=name, folder=folder, database=database, environment=environment)
    result = loaded.refresh()
    assert result.exit_code == 0, result.stderr
    yield replace(loaded, first_words=result.stdout)
    database.dispose()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"drop database source_{name} with (force)")
    admin.dispose()


def _folder(name: str) -> Path:
    data = os.environ.get("GATEHOUSE_PUBLIC_DATA")
    folder = Path(data or "") / FOLDERS[name]
    if not (data and folder.is_dir()):
        pytest.skip(f"the public data set {FOLDERS[name]} is not here: make sources DATA=FOLDER says where it lies")
    return folder
