"""Tests mirror the packages; what several of them need lies here."""
