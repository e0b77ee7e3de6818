"""Tests of frozen forms."""
