"""What people take away, written down before it is made."""

from warehouse.queries.reader import Reader


def note(reader: Reader, *, page: str, form: str, title: str, scope: str) -> None:
    """Write the audit row of one export of the pinned refresh: `form` is csv, xlsx, png, svg or pdf, the rest in words.

    Raises Refused where no grant is in force or the form is none. Whatever it raises, nothing may be handed out.
    """
    reader.call("state/note_export", page=page, form=form, title=title, scope=scope)
