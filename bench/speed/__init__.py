"""How fast is it? One run, the same calls, four contenders: ``make bench`` → ``bench/results.md``."""
