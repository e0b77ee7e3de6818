"""Tests of `collector/judging`: ledgers of our own, judged as the commands judge them."""
