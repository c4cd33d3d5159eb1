"""The SQL of a refresh without the refresh: taken down as it is sent, run again by psql, and rebuilt as a dbt project."""
