"""Who and what exists at Visma: contracts, companies, users, applications, approvals.

A contract is Visma's customer tenant: it has a tenant id of its own, which the ERP never
accepts. Orders land in companies.
"""
