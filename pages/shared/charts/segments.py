"""Drawings of the segment matrices."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look


def customers_and_revenue(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of customers beside share of revenue, by cell. Columns: label, share, measure, share_text, amount_text."""
    palette = look.palette
    measures = [look.say("Customers"), look.say("Revenue")]
    base = alt.Chart(rows).encode(
        y=alt.Y(
            "label:N",
            title=None,
            sort=alt.EncodingSortField("position", op="min"),
            axis=alt.Axis(
                domain=False, ticks=False, labelFlush=False, labelPadding=8, labelColor=palette.text, labelLimit=160
            ),
        ),
        yOffset=alt.YOffset("measure:N", sort=measures),
        x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(zero=True, range=[0, {"expr": "width - 48"}])),
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        color=alt.Color("measure:N", scale=alt.Scale(domain=measures, range=[palette.main, palette.second])),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("measure:N", title=look.say("Counted")),
            alt.Tooltip("share_text:N", title=look.say("Share")),
            alt.Tooltip("amount_text:N", title=look.say("Figure")),
        ],
    )
    said = base.mark_text(align="left", dx=6, color=palette.text).encode(text="share_text:N")
    return theme.finished(alt.layer(bars, said), look, height=alt.Step(22, **{"for": "offset"}))
