"""Imported by the process that workers are forked from, so that each has the catalogue of claims already."""

from theory.claims import catalogue

catalogue()
