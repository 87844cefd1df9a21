"""The engine of derivations: normal forms, signs, orders. No step is ever accepted because numbers agree."""
