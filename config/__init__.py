"""What is watched and what was promised: frozen models, loading, tables, examples.

`config.load` reads a file, `config.model` says what may stand in it, `config.errors` what can be wrong.
May import `probes` and `indicators`, nothing else of ours.
"""
