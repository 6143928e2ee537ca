"""From the bytes of a feed to its entries, in a process that can be killed."""
