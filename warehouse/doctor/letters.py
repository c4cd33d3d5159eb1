"""Whether what people have asked to be sent can leave the house, and what did not."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from warehouse.digests.channels import WEBHOOK, channels
from warehouse.digests.mail import SMTP_URL
from warehouse.doctor.finding import Finding, good, note, wrong
from warehouse.queries.subscriptions import MAIL


def letters(connection: Connection, environment: Mapping[str, str]) -> Finding:
    """The channels that are set up, those that are asked for and are not, and letters that were given up."""
    try:
        ways = {*channels(environment)}
    except ValueError as refused:
        return wrong("letters", str(refused), "mend the variable; nothing is sent meanwhile")
    asked = {*connection.scalars(text("select distinct channel from published.subscription where ended_at is null"))}
    failed = int(connection.scalar(text("select count(*) from ops.letter where state = 'failed'")) or 0)
    if missing := sorted(asked - ways):
        names = ", ".join(SMTP_URL if each == MAIL else WEBHOOK + each.upper() for each in missing)
        return wrong("letters", f"asked for, and not set up: {', '.join(missing)}", f"set {names}")
    if failed:
        return wrong("letters", f"{failed} were given up", "`digest log` says why; `digest --again` tries them again")
    if not ways:
        return note("letters", "no way out is set up, and nobody is sent anything", f"set {SMTP_URL} to send any")
    return good("letters", f"leave by {', '.join(sorted(ways))}")
