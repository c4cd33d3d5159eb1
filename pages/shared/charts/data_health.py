"""Drawings of data health: rows by fate, refusals by reason."""

import altair as alt
import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.theme import Look


def rows_by_fate(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Delivered rows of each refresh: accepted, superseded, quarantined. Columns: refresh, fate, value, value_text."""
    palette = look.palette
    fates = [look.say("Accepted"), look.say("Superseded"), look.say("Quarantined")]
    drawn = (
        alt.Chart(rows)
        .mark_bar(stroke=palette.surface, strokeWidth=1, size=34)
        .encode(
            x=alt.X(
                "refresh:N",
                title=look.say("Refresh"),
                sort=None,
                axis=alt.Axis(labelAngle=0, domain=False, ticks=False),
            ),
            y=theme.y_number(look, zero=True),
            color=alt.Color("fate:N", scale=alt.Scale(domain=fates, range=[palette.main, palette.muted, palette.bad])),
            tooltip=[
                alt.Tooltip("refresh:N", title=look.say("Refresh")),
                alt.Tooltip("fate:N", title=" "),
                alt.Tooltip("value_text:N", title=look.say("Rows")),
            ],
        )
    )
    return theme.finished(alt.layer(drawn), look, height=240)


def behind(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Days that each feed lies behind the newest record of all, the furthest first."""
    return forms.bars(rows, look, step=24)


def refusals(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Refused rows by reason, the most first."""
    return forms.bars(rows, look)
