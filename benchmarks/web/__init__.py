"""The pages against an empty Streamlit page and against Apache Superset: new visits, clicks, busy users, start."""
