"""Rules for a Prometheus that scrapes `/metrics`: what is worth waking somebody for, and sums that dashboards draw.

Made of the configuration alone; nothing is asked or judged here. The verdict on a target is that of the page.
"""
