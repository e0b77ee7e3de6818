"""Freezing filled forms as revisions, and holding a form against its revision and the facts."""
