"""One function a question, each with its `.sql` beside it; all that pages and the command line may ask."""
