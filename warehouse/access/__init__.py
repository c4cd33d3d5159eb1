"""Grants, the vault and the audit trail. What a person may see is decided in Postgres; this package only keeps the books."""
