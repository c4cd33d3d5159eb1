"""The empty page, and an empty one to come from."""

import streamlit as st

REGIONS = ("R1", "R2", "R3", "R4", "R5", "R6")


def page() -> None:
    """Whatever Streamlit needs for a page that answers a click."""
    st.title("Complaints")
    chosen = st.multiselect("Region", REGIONS, key="region")
    st.write("hello", *chosen)


st.navigation(
    [
        st.Page(page, title="Empty", url_path="empty", default=True),
        st.Page(lambda: st.write("elsewhere"), title="Elsewhere", url_path="elsewhere"),
    ]
).run()
