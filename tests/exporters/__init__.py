"""Tests of `exporters`: text, page and words, with real browsers and real servers."""
