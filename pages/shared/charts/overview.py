"""Drawings of the overview."""

import altair as alt
import pandas as pd

from pages.shared.charts import forms
from pages.shared.charts.theme import Look


def monthly(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """One of the monthly five over 24 months, as a control chart."""
    return forms.control(rows, look, "share")


def orders(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Orders by month, as a control chart."""
    return forms.control(rows, look, "number")
