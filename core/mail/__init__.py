"""E-mail: written into a queue in the transaction of its cause, and sent by any worker after the commit."""
