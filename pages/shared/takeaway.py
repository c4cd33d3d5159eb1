"""Buttons to take figures away: a table, a chart as a picture, the whole page as a workbook. Made when they are clicked."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import downloads, explain, sentences
from pages.shared.downloads import FORMS, Sheet
from pages.shared.inquiry import Inquiry
from pages.shared.viewer import Viewer
from warehouse.metrics import Metric, metrics


def table(inquiry: Inquiry, title: str, rows: pd.DataFrame, *, key: str) -> None:
    """One table as CSV."""
    label = inquiry.viewer.words.say("Table as {form}", form="CSV")
    name = downloads.file_name(title, _refresh(inquiry.viewer), ending="csv")
    st.download_button(
        label, partial(downloads.csv, rows), name, "text/csv", key=key, on_click="ignore", icon=":material/download:"
    )


def pictures(
    inquiry: Inquiry, title: str, specification: Mapping[str, Any], rows: pd.DataFrame, tells: str, *, key: str
) -> None:
    """One chart as PNG, SVG and PDF, with its sentence, scope and refresh in the picture."""
    below = (tells, scope_line(inquiry), source_line(inquiry.viewer))
    for form, mime in FORMS.items():
        st.download_button(
            form.upper(),
            partial(downloads.picture, specification, rows, form=form, title=title, below=below),
            downloads.file_name(title, _refresh(inquiry.viewer), ending=form),
            mime,
            key=f"{key}-{form}",
            on_click="ignore",
            icon=":material/image:",
        )


def page(inquiry: Inquiry, title: str, shown: Sequence[Sheet], codes: Sequence[str]) -> None:
    """The whole page as one workbook. `shown` and `codes` are read when it is clicked, when the page has been drawn."""
    st.download_button(
        inquiry.viewer.words.say("Page as workbook"),
        partial(workbook, inquiry, title, shown, codes),
        downloads.file_name(title, _refresh(inquiry.viewer), ending="xlsx"),
        downloads.XLSX,
        key="workbook",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def workbook(inquiry: Inquiry, title: str, shown: Sequence[Sheet], codes: Sequence[str]) -> bytes:
    """A sheet about the page, a sheet a card, and at the end definitions and checks."""
    return downloads.workbook([_about(inquiry, title), *shown, _definitions(inquiry, codes), _checks(inquiry, codes)])


def scope_line(inquiry: Inquiry) -> str:
    """Whose figures, of which days, narrowed to what."""
    return sentences.scope(inquiry.viewer.words, inquiry.names, inquiry.scope, inquiry.viewer.branches)


def source_line(viewer: Viewer) -> str:
    """From which refresh, published when."""
    words = viewer.words
    return words.say(
        "Gatehouse, refresh {refresh}, published {when}",
        refresh=viewer.reader.refresh_id,
        when=words.stamp(viewer.published_at),
    )


def _about(inquiry: Inquiry, title: str) -> Sheet:
    say, viewer, scope = inquiry.viewer.words.say, inquiry.viewer, inquiry.scope
    lines = [
        (say("Page"), title),
        (say("Scope"), scope_line(inquiry)),
        (say("From"), scope.period.start if scope.period else say("all time")),
        (say("Until (not included)"), scope.period.end if scope.period else say("all time")),
        *((inquiry.names.dimension(name), ", ".join(codes)) for name, codes in scope.filters.items()),
        (say("Refresh"), viewer.reader.refresh_id),
        (say("Published"), viewer.words.stamp(viewer.published_at)),
        (say("Looked at by"), viewer.person),
    ]
    return Sheet(say("About"), source_line(viewer), pd.DataFrame(lines, columns=[say("What"), say("Value")]))


def _definitions(inquiry: Inquiry, codes: Sequence[str]) -> Sheet:
    say = inquiry.viewer.words.say
    heads = [
        say("Figure"),
        say("Code"),
        say("Meaning"),
        say("How to read it"),
        say("What not to conclude"),
        say("Formula"),
    ]
    heads += [say("Unit"), say("Owner"), say("Source"), say("Shown from n")]
    lines = [_definition(inquiry, metrics()[code]) for code in dict.fromkeys(codes)]
    return Sheet(say("Definitions"), say("What every figure on the page means."), pd.DataFrame(lines, columns=heads))


def _definition(inquiry: Inquiry, about: Metric) -> list[object]:
    said = (about.meaning, about.how_to_read, about.not_conclude, about.formula)
    said_shortly = (about.unit_label, about.owner_label, about.source_label)
    label = inquiry.viewer.words.label
    return [label(about.label), about.code, *map(label, said), *map(label, said_shortly), about.smallest_base]


def _checks(inquiry: Inquiry, codes: Sequence[str]) -> Sheet:
    words = inquiry.viewer.words
    say = words.say
    lines = [
        (rule.table, rule.id, rule.sentence(words.language), inquiry.names.of_code("outcome", outcome))
        for rule, outcome in explain.guarding(inquiry.viewer, codes)
    ]
    heads = [say("Table"), say("Check"), say("What it asks"), say("Outcome")]
    return Sheet(
        say("Checks"), say("The checks that guard the figures on the page."), pd.DataFrame(lines, columns=heads)
    )


def _refresh(viewer: Viewer) -> str:
    return f"r{viewer.reader.refresh_id}"
