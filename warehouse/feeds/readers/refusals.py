"""Why a whole file is refused. Every refusal says which file, what is wrong with it, and what would fit."""

from pathlib import PurePath
from typing import ClassVar


class FileRefused(Exception):
    """A delivered file that cannot be taken as a table. `code` names the reason; the text holds no cell of the file."""

    code: ClassVar[str]

    def __init__(self, where: str, what: str, fits: str) -> None:
        """`where` is the file as named, `what` is wrong with it, `fits` is what would do."""
        super().__init__(f"{where}: {what}; {fits}")
        self.where = where
        self.what = what
        self.fits = fits

    @property
    def said(self) -> str:
        """The sentence for whoever delivered the file: by its name, without where on our machine it lies."""
        return f"{PurePath(self.where).name}: {self.what}; {self.fits}"


class MissingFile(FileRefused):
    """Nothing lies at that place, or it may not be opened."""

    code = "missing_file"


class IsDirectory(FileRefused):
    """The place is a folder."""

    code = "is_directory"


class NoDriver(FileRefused):
    """The URL's protocol is unknown, or the package that speaks it is not installed."""

    code = "no_driver"


class Unreachable(FileRefused):
    """The place where it lies, or the database that was to be asked, does not answer, or refuses whoever asks."""

    code = "unreachable"


class NotSetUp(Unreachable):
    """Nobody can tell which database is to be asked: its URL is missing or is none, or its driver is."""

    code = "not_set_up"


class NotAnswered(FileRefused):
    """The database does not answer the query: a table or column is not there, or is not what it was."""

    code = "not_answered"


class EmptyFile(FileRefused):
    """There is no header line: no bytes, or blank lines only."""

    code = "empty_file"


class NotATable(FileRefused):
    """The bytes are something else: a picture, a web page, an old workbook, a table of another format than declared."""

    code = "not_a_table"


class DamagedFile(FileRefused):
    """The file is cut off or corrupt; half a file must not be taken for a whole one."""

    code = "damaged_file"


class TooBig(FileRefused):
    """The file unpacks to more than the limits allow, as a zip bomb does."""

    code = "too_big"


class ChangedFile(FileRefused):
    """The file was not the same at the end of reading as at its start."""

    code = "changed_file"


class BrokenHeader(FileRefused):
    """The header line cannot be read, so no column has a name."""

    code = "broken_header"


class WrongEncoding(FileRefused):
    """Most of the file is not text in the encoding declared, or in any that is known."""

    code = "wrong_encoding"


class TooManyColumns(FileRefused):
    """The header names more columns than a table of the database can have."""

    code = "too_many_columns"


class UnclearSheet(FileRefused):
    """The workbook has no sheet of the declared name, or several sheets with rows and none declared."""

    code = "unclear_sheet"
