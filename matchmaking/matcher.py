"""Every server process looks at the queues again and again: windows widen, and the silent are given up.

Queues that another process is at are left to it.
"""

from matchmaking import services
from realtime import worker

worker.every(1)(services.match_all)
worker.every(600)(services.forget_empty)
