"""Variants of true claims and faults planted in the measurements: what a verifier that can be trusted must notice."""

from verify.mutants.variants import Mutant, mutable_claims, mutants

__all__ = ["Mutant", "mutable_claims", "mutants"]
