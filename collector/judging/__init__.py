"""Judging what the ledger holds: who is judged, what was observed of them, and the judgement, batch by batch.

Reading and wiring only; the rules are in `indicators`.
"""
