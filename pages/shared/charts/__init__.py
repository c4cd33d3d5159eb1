"""Charts: one file a screen, pure functions from rows to a drawing. They fetch nothing and know no page."""
