"""The doctor: everything that a warehouse stands on, one line each, and what to do where it is wrong. It changes nothing."""

import logging
from collections.abc import Iterator, Mapping
from subprocess import SubprocessError

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from warehouse import db
from warehouse.doctor import machine, operating, server, settings
from warehouse.doctor.finding import Finding, note, wrong
from warehouse.settings import Keys, Settings, keys
from warehouse.trace import trace

__all__ = ["Finding", "examine"]

PATIENCE_SECONDS = 5


def examine(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Everything, in the order in which one rests on the other; what cannot be looked at for what is wrong is left out."""
    addresses = settings.addresses(environment)
    of = None if addresses.state == "wrong" else Settings.from_environment()
    home = of.home if of else Settings(home=machine.REQUIREMENTS.parent / ".gatehouse").home
    yield from machine.machine(home)
    yield addresses
    yield settings.sign_in(environment)
    yield operating.log(environment)
    yield operating.metrics(environment)
    yield settings.declared()
    if of is None:
        return
    if of.is_embedded and not (of.home / "postgres").exists():
        yield note("warehouse", f"there is none in {of.home} yet", "make run, or python -m warehouse demo --load")
        return
    yield (vault := settings.vault(of))
    if of.reader_url and not of.database_url:
        return  # what follows is the loader's to see
    engines = _engines(of)
    if isinstance(engines, Finding):
        yield engines
        return
    try:
        yield from server.server(*engines, _keys(of) if vault.state != "wrong" else None, environment)
    finally:
        for engine in engines:
            engine.dispose()


def _keys(of: Settings) -> Keys | None:
    return keys(of)


def _engines(of: Settings) -> tuple[Engine, Engine] | Finding:
    """The loader's and the reader's, of a server that is given a few seconds to answer; the embedded one is started."""
    if of.database_url and of.reader_url:
        loader, reader = (
            create_engine(db.address(url), hide_parameters=True, connect_args={"connect_timeout": PATIENCE_SECONDS})
            for url in (of.database_url, of.reader_url)
        )
        return loader, reader
    try:
        database = db.embedded(db.start(of.home / "postgres"), of.database_name)
    except (OSError, RuntimeError, ValueError, SubprocessError, SQLAlchemyError) as error:
        logging.exception("the embedded server does not start", exc_info=trace(error))
        because = server.log_of(of.home)
        return wrong(
            "connection",
            f"the embedded server does not start: {because or 'it says nothing'}",
            "the whole story stands in " + str(of.home / "postgres" / "log"),
        )
    return database.loader, database.reader
