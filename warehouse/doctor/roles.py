"""Who may do what: the owner, the role of the dashboard, row security, people with a grant."""

from sqlalchemy import Connection, text

from warehouse.doctor.finding import Finding, good, note, wrong


def owner(connection: Connection) -> Finding:
    """Whether the loader may make tables, and is no superuser."""
    name, is_super, may_create = connection.execute(
        text(
            "select current_user, rolsuper, has_database_privilege(current_database(), 'create') from pg_roles"
            " where rolname = current_user"
        )
    ).one()
    if not may_create:
        return wrong("loader", f"{name} may not make schemas", f"alter database … owner to {name}")
    if is_super:
        return note("loader", f"{name} is a superuser", "a role that owns this database alone is enough")
    return good("loader", f"{name} owns the warehouse")


def only_reads(connection: Connection) -> Finding:
    """Whether the role of the dashboard can be kept from rows: no superuser, beyond no policy, owner of nothing, member of nothing."""
    row = connection.execute(
        text(
            "select current_user as name, r.rolsuper, r.rolbypassrls, r.rolcreaterole,"
            " array(select g.rolname from pg_auth_members as m inner join pg_roles as g on m.roleid = g.oid"
            " where m.member = r.oid) as member_of,"
            " (select count(*) from pg_class as c where c.relowner = r.oid) as owned,"
            " has_function_privilege('lo_creat(integer)', 'execute') as keeps"
            " from pg_roles as r where r.rolname = current_user"
        )
    ).one()
    if row.rolsuper or row.rolbypassrls:
        return wrong(
            "reader",
            f"{row.name} sees every row, whatever the policies say",
            f"alter role {row.name} nosuperuser nobypassrls",
        )
    if row.owned:
        return wrong(
            "reader",
            f"{row.name} owns {row.owned} tables, and sees all their rows",
            "reassign owned by … to loader; let another role be DATABASE_READER_URL's",
        )
    if row.member_of or row.rolcreaterole:
        return wrong(
            "reader",
            f"{row.name} can become {', '.join(row.member_of) or 'others'}",
            f"revoke … from {row.name}; alter role {row.name} nocreaterole",
        )
    if row.keeps:
        return note(
            "reader",
            f"{row.name} may keep large objects and take what it likes of the server",
            "a superuser runs psql -d <the database> -f warehouse/access/superuser.sql",
        )
    return good("reader", f"{row.name} owns nothing and can become nobody")


def policies(connection: Connection) -> Finding:
    """Whether every published table lets people see their rows alone."""
    bare = list(
        connection.scalars(
            text(
                "select c.relname from pg_class as c where c.relnamespace = 'published'::regnamespace and c.relkind = 'r'"
                " and not (c.relrowsecurity and exists (select from pg_policy as p where p.polrelid = c.oid)) order by 1"
            )
        )
    )
    if bare:
        return wrong(
            "policies",
            f"published.{', '.join(bare)} can be read whole",
            "python -m warehouse migrate; if it stays, restore the policy from the migrations",
        )
    return good("policies", "row security on every published table")


def own_schemas(connection: Connection) -> Finding:
    """Whether the reader is kept to `published` and `access`, and cannot write."""
    others = list(
        connection.scalars(
            text(
                "select nspname from pg_namespace where nspname in ('landing', 'staging', 'curated', 'gate', 'ops', 'vault')"
                " and has_schema_privilege(oid, 'usage') order by 1"
            )
        )
    )
    written = list(
        connection.scalars(
            text(
                "select relname from pg_class where relnamespace = 'published'::regnamespace and relkind = 'r'"
                " and has_table_privilege(oid, 'insert, update, delete, truncate') order by 1"
            )
        )
    )
    if others:
        return wrong(
            "grants of the reader",
            f"may look into {', '.join(others)}",
            f"revoke all on schema {', '.join(others)} from reader",
        )
    if written:
        return wrong(
            "grants of the reader",
            f"may write to {', '.join(written[:3])}",
            "revoke insert, update, delete, truncate on all tables in schema published from reader",
        )
    return good("grants of the reader", "reads published, calls access, nothing else")


def people(connection: Connection) -> Finding:
    """Whether anybody may see anything."""
    counted = text(
        "select count(distinct person) from access.grants where now() >= valid_from and (valid_until is null or now() < valid_until)"
        " and person <> 'operator@localhost'"
    )
    count = int(connection.scalar(counted) or 0)
    if count:
        return good("people", f"{count} with a grant in force")
    return wrong(
        "people",
        "nobody has a grant: whoever signs in is turned away",
        "python -m warehouse access grant you@example.com --role executive",
    )
