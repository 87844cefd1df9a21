"""What verdicts, budgets, comparisons, rankings, optima, checks and findings show in a notebook and in ``print``.

Each module says what there is to show of one kind of result, as ``theory.display.Contents``; ``picture`` holds a
picture that was asked for. Nothing here measures or searches.
"""
