"""The worker: does, as the loader, what stewards ask for on the Data health page; the dashboard itself only reads."""
