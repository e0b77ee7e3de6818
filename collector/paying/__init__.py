"""Pay by performance: a month of a carrier's lines by its contracts, from judged faults and signed tickets."""
