"""The turn that threads wait for while a trace changes, for a while, what belongs to all of them.

That is random generators, the stance of ``torch.compile`` and, on a GPU, the flags of cuDNN: two threads at once would
each put back what the other one had changed, and so leave it changed for good.
"""

import threading

__all__ = ["TURN"]

TURN = threading.RLock()  # may be taken again by its owner: a loss may itself trace
