"""``scoreproof bench``: speed, accuracy and memory of this package against what people would use instead.

Every row runs both sides on the same work, alternating, in one process, and gives the ratio of their times with an
interval, the accuracy that each reached, and the share of the machine's limit, which is measured in the same run.
"""
