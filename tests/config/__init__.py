"""Tests of the room `config/`: `bad/` holds a file for every kind of mistake."""
