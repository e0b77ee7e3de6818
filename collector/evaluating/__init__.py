"""Evaluating: a plan filled from judged facts and from what people gave; `exporters` makes forms of it."""
