"""The command line: arguments in, printed answers and an exit code out."""
