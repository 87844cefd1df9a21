"""Claims: one theorem a file, each with its relation, setting, source and expected verdict."""

from theory.claims.catalogue import catalogue, find
from theory.claims.claim import Cases, Claim, Expected, Family, Form, TrainingSpace
from theory.claims.design import Design

__all__ = ["Cases", "Claim", "Design", "Expected", "Family", "Form", "TrainingSpace", "catalogue", "find"]
