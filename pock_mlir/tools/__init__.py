"""Command-line tools for those who work on the compiler."""
