"""What runs in confirm's child processes: loaded by path as a package of its own, so that nothing of the linter is imported there.

`python -I .../worker/__main__.py` names this folder the package `bce_worker`; the modules here import the standard library and one
another (relatively), a framework only when a job asks for it, and never anything else of `bce_lint`. The linter's side imports
`job` and `probes`, which are plain data.
"""
