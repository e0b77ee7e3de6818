"""Three-valued states at one instant: masking by upstream and k-of-n services. Pure, over columns.

States are 0 down, 1 up, 2 unknown (see definitions, §1 "Upstream" and "Services").
"""

import numpy as np
from numpy.typing import NDArray

DOWN, UP, UNKNOWN = 0, 1, 2

States = NDArray[np.int8]


def mask(state: States, upstream: States) -> States:
    """Down-time of a check whose upstream is down or unknown is unknown; up-time always counts.

    `upstream` holds the raw state of what each row depends on, UP where it depends on nothing.
    """
    masked: States = np.where((state == DOWN) & (upstream != UP), UNKNOWN, state).astype(np.int8)
    return masked


def k_of_n(members: States, k: int) -> int:
    """The state of a service that needs k of its members: up, down, or unknown while neither is sure."""
    up, unknown = int(np.sum(members == UP)), int(np.sum(members == UNKNOWN))
    if up >= k:
        return UP
    return DOWN if up + unknown < k else UNKNOWN
