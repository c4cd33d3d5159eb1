"""Notes on a time axis, drawn over any chart that has one."""

from __future__ import annotations

from typing import Any

from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look

NOTED = "noted"
"""The name under which notes travel beside the rows of a chart."""
KEPT = ("data", "mark", "encoding")
FROM_TOP = "11 + 20 * datum.lane"


def layers(look: Look) -> list[dict[str, Any]]:
    """Vega-Lite layers: a thin dashed rule at the first day, a pale band to the last, a numbered mark above.

    Columns of the rows called NOTED: day, until, number, said, lane (0 is at the top; notes close to each other differ).
    """
    palette = look.palette
    base = alt.Chart(alt.NamedData(name=NOTED)).encode(x=alt.X("day:T", title=None))
    above = base.encode(
        y=alt.YValue({"expr": FROM_TOP}),
        tooltip=[alt.Tooltip("when:N", title=look.say("Note")), alt.Tooltip("said:N", title=" ")],
    )
    drawn = (
        base.mark_rect(color=palette.muted, opacity=0.16).encode(x2="until:T"),
        base.mark_rule(color=palette.quiet_text, strokeDash=[2, 3], strokeWidth=1),
        above.mark_point(
            shape="circle", filled=True, size=260, fill=palette.surface, stroke=palette.quiet_text, opacity=1
        ),
        above.mark_text(color=palette.text, fontSize=11, fontWeight=600).encode(text="number:N"),
    )
    return [{name: part for name, part in layer.to_dict().items() if name in KEPT} for layer in drawn]
