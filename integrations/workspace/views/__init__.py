"""A tenant's pages: overview, orders, companies, members."""
