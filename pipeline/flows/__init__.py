"""When and for whom: the whole job as a Prefect flow. The only package that knows Prefect.

`job` and `release` are plain functions; `run` and `serve` import Prefect, so `home.isolate` comes before them.
"""
