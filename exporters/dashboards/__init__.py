"""Dashboards for a Grafana whose Prometheus scrapes `/metrics`: JSON, made of the configuration alone.

They show what `/metrics` tells, and what is recorded by the rules of `exporters.rules`; nothing is judged here.
"""
