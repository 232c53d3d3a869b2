"""``python -m monitoring.cli``: the command without its console script."""

from monitoring.cli.entry import main

main()
