"""The commands, one file for each thing users do; `collector.cli` gathers them."""
