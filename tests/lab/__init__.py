"""Tests of the practice network, in practice networks."""
