"""Tell people and machines how things stand: Prometheus text, the page, the JSON API, plain tables.

Facts reach this package as values, through the protocol in `reading.py`; no database session is ever held here
and no indicator is computed here.
"""
