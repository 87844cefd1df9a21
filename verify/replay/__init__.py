"""Re-checking certificates with a second implementation: mpmath intervals, nothing shared with the first.

This package imports the standard library, mpmath and (to read files) pydantic, and no other part of scoreproof.
A mistake in ``theory``, ``numerics`` or the search can therefore not hide itself here.
"""
