"""The warehouse: everything between a file somebody sends and a figure on a page. README.md draws the way."""
