"""Why: words for what leaves time unknown, and for the verdict on five minutes, by the names judgements give them."""

CAUSES = {
    "not_watched": "nobody watched",
    "not_asked": "our own fault kept us from asking",
    "upstream": "down behind something that was itself down or unknown",
    "loss_unsure": "too few questions were completed to know the loss",
    "measured": "too short to be confirmed, beside unknown time",
    "loss": "too short to be confirmed, beside unknown time",
    "other_check": "too short to be confirmed, beside unknown time",
}
"""What left time unknown."""

BECAUSE = {
    "maintenance": "left out: mostly in maintenance",
    "outside": "left out: mostly outside service or its hours",
    "no_rate": "left out: no rate was contracted",
    "down": "short: down for more than half of it",
    "link_speed_low": "short: the port is slower than the contract",
    "test_failed": "short: a test failed",
    "loss": "short: packets were lost while it was not full",
    "unwatched": "unproven: it may have been down for more than half of it",
    "test_open": "unproven: a test came short, and what else went over the line is not known",
    "loss_open": "unproven: packets were lost, and how full it was is not known",
    "tested": "assured: a test passed",
    "filled": "assured: it was filled",
    "attested": "assured: a report was entered",
    "link_speed": "assured: the port is fast enough",
    "no_proof": "unproven: nothing proves it",
}
"""Why five minutes are what they are, by the name of the reason."""
