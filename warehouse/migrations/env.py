"""Alembic's entry: runs the revisions on the connection that `warehouse.db.migrate` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="ops")
connection.exec_driver_sql("create schema if not exists ops")
with context.begin_transaction():
    context.run_migrations()
