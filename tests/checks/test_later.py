"""Large imports: what is put off is had where it is used, and by whoever imports it afterwards."""

import gc
import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from checks.later import put_off, to_stay


def test_a_module_put_off_is_imported_once_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seldom").mkdir()
    (tmp_path / "seldom" / "__init__.py").touch()
    (tmp_path / "seldom" / "used.py").write_text("ANSWER = 42", "utf-8")
    (tmp_path / "asking.py").write_text("from seldom import used\n\ndef ask():\n    return used.ANSWER\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with put_off("seldom.used"):
        asking = import_module("asking")
    assert "seldom.used" not in sys.modules
    assert asking.ask() == 42
    assert import_module("seldom.used").ANSWER == 42


def test_a_module_that_is_there_is_not_put_off() -> None:
    with put_off("json"):
        assert sys.modules["json"] is json
    assert sys.modules["json"] is json


def test_what_stays_is_frozen_and_garbage_is_looked_for_again() -> None:
    with to_stay():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
