"""Pages of the ISV's staff: what needs a person, tenants, connections, applications, incidents."""
