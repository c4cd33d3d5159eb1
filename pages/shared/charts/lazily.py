"""Altair, loaded when the first drawing has to be made: a third of a second and 28 MB, for nothing where all of them are kept."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt
else:

    class _Altair:
        """The module, by the first name that is asked of it. Annotations of drawings are texts, and ask for none."""

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("altair"), name)

    alt = _Altair()

__all__ = ["alt"]
