"""Pages of the way to a connection, and of what members and staff do with one."""
