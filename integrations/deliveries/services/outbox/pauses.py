"""What the leasing statement knows of pauses."""

# `c` is the connection and `n` its integration. Hardly any pause ever stands, so each lane reads a
# few rows or none, and its tenant is looked up once, if at all. Pauses of single connections name
# nothing that is compared here.
NOT_PAUSED = """NOT EXISTS (
              SELECT 1 FROM deliveries_pause p WHERE p.lifted_at IS NULL AND (
                p.application_id = n.application_id
                OR (p.tenant_id = (
                      SELECT o.tenant_id FROM connections_company o WHERE o.id = c.company_id)
                    AND (p.integration_id IS NULL OR p.integration_id = n.id))
                OR (p.integration_id = n.id AND p.tenant_id IS NULL)
                OR p.scope = 'everything'))"""
