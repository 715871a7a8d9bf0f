"""What the leasing statement knows of pauses."""

# `c` is the connection and `n` its integration. Hardly any pause ever stands, so the planner reads
# them through an index of a few rows; a company is looked up only where a tenant is paused.
NOT_PAUSED = """NOT EXISTS (
              SELECT 1 FROM deliveries_pause p WHERE p.lifted_at IS NULL AND (
                p.scope = 'everything'
                OR (p.scope = 'application' AND p.application_id = n.application_id)
                OR (p.scope = 'integration' AND p.integration_id = n.id AND p.tenant_id IS NULL)
                OR (p.scope IN ('tenant', 'integration') AND p.tenant_id IS NOT NULL
                    AND (p.integration_id IS NULL OR p.integration_id = n.id)
                    AND p.tenant_id = (
                      SELECT o.tenant_id FROM connections_company o WHERE o.id = c.company_id))))"""
