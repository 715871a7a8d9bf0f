"""Every point on which Visma's behaviour is unknown or differs between sources.

Each default is the likeliest behaviour. Tests turn a switch to see the other one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sandbox.members import fits


@dataclass(slots=True)
class Switches:
    """Times are in seconds; 0 turns a limit or a delay off."""

    # Visma Connect
    keys_at_jwks_json: bool = False
    default_response_mode: Literal["form_post", "query"] = "query"
    openid_required: bool = False
    login_hint_works: bool = True
    tenant_id_on_authorize: Literal["ignored", "a_hint"] = "ignored"
    sign_in_pages: Literal["one", "two"] = "one"
    interaction_errors: Literal["redirected", "shown"] = "redirected"
    issuer_in_answer: bool = True
    session_idle_time: int = 0
    logout_by_client_id: bool = True
    tenant_claim: Literal["always", "with_tenants_scope", "never"] = "always"
    more_access_token_claims: bool = False
    access_token_audience: str = "visma.net.erp"
    id_token_lifetime: int = 300
    error_descriptions: bool = False
    credentials_twice: Literal["taken", "refused"] = "taken"
    invalid_client_status: Literal[400, 401] = 400
    grant_type_off_error: Literal["unauthorized_client", "unsupported_grant_type"] = (
        "unauthorized_client"
    )
    dead_grant_error: Literal["invalid_grant", "invalid_request"] = "invalid_grant"
    replayed_code: Literal["revokes", "refused"] = "revokes"
    scope_on_refresh: bool = False
    refresh_scope: Literal["narrows", "ignored"] = "narrows"
    public_refresh_tokens: bool = False
    refresh_tokens_per_user: int = 0
    second_consent: Literal["adds", "replaces"] = "adds"
    refresh_after_role_loss: Literal["works", "invalid_tenant", "invalid_grant"] = "works"
    refresh_after_password_change: Literal["works", "invalid_grant"] = "works"
    refresh_after_withdrawal: Literal["works", "invalid_tenant", "invalid_grant"] = "works"
    revocation_ends: Literal["refresh_tokens", "linked_tokens"] = "refresh_tokens"
    foreign_revocation_status: Literal[200, 401] = 401
    introspection_by_applications: bool = True
    scope_separators: Literal["space", "space_or_bar"] = "space"
    missing_tenant_error: Literal["invalid_tenant", "invalid_request", "invalid_scope"] = (
        "invalid_tenant"
    )
    unapproved_scope_error: Literal["invalid_scope", "invalid_request"] = "invalid_scope"
    unapproved_tenant: Literal["invalid_tenant", "invalid_scope", "invalid_request"] = (
        "invalid_tenant"
    )
    contract_approval: Literal["any_company", "own"] = "any_company"
    scope_may_be_missing: bool = True
    user_without_role: Literal["dead_end", "invalid_tenant"] = "dead_end"
    unusable_tenant_hint: Literal["ignored", "refused"] = "ignored"
    remembers_consent: bool = False
    code_lifetime: int = 300
    session_lifetime: int = 36_000
    token_delay: float = 0.0
    revoked_tenant_at_once: bool = False

    # Organisations and the App Store
    role_delay: float = 0.0
    mail_on_withdrawal: bool = True
    application_removed_event: str = "tenant_application_removed"
    webhooks_need_approval: bool = True
    webhook_scope: str = ""
    webhook_template: str = ""
    connect_webhook_template: str = ""
    background_webhook_template: str = ""
    webhook_retries: int = 3
    webhook_retry_wait: float = 10.0
    webhook_backoff: Literal["exponential", "fixed"] = "exponential"
    webhook_delay: float = 0.0
    webhook_copies: int = 1
    webhook_order: Literal["kept", "reversed", "shuffled"] = "kept"

    # ERP and Sales Order V3
    v3_accepts_user_tokens: bool = True
    contract_answer: Literal["401", "12027"] = "401"
    unknown_members: Literal["ignored", "refused"] = "ignored"
    price_without_flag: Literal["kept", "repriced"] = "kept"
    order_id_without_override: Literal["ignored", "refused"] = "ignored"
    duplicate_order_id: Literal["409", "0003", "0005"] = "409"
    etag_on_create: bool = True
    location_base: str = ""
    member_names: Literal["any_case", "exact"] = "any_case"
    null_parts: Literal["taken", "refused"] = "taken"
    status_letters: Literal["accepted", "refused"] = "accepted"
    email_format: Literal["checked", "free"] = "checked"
    alternate_ids: Literal["looked_up", "not_items"] = "looked_up"
    company_rules: Literal["checked", "off"] = "checked"
    payment_rules: Literal["checked", "off"] = "checked"
    period_rules: Literal["checked", "off"] = "checked"
    freight_rule: Literal["checked", "off"] = "checked"
    rot_rut_rules: Literal["checked", "off"] = "checked"
    shipped_lines: Literal["fixed", "free"] = "fixed"
    credit_hold_customers: Literal["taken", "refused"] = "taken"
    unknown_original_order: Literal["taken", "refused"] = "taken"
    invoice_line_alone: Literal["ignored", "refused"] = "ignored"
    discount_compared: Literal["absolute", "signed"] = "absolute"
    free_lines: Literal["added", "left_out"] = "added"
    contact_emails: Literal["joined", "ignored"] = "joined"
    discount_without_flag: Literal["kept", "repriced"] = "kept"
    order_total: Literal["without_tax", "with_tax"] = "without_tax"
    tax_rounding: Literal["per_rate", "per_line"] = "per_rate"
    deleted_order_id: Literal["free", "taken"] = "free"
    branch_header: str = "branchid"
    etag_value: Literal["version", "opaque"] = "version"
    if_match_needed: Literal["every_change", "patches"] = "every_change"
    if_match_form: Literal["any", "quoted"] = "any"
    if_match_star: Literal["matches", "stale"] = "matches"
    patched_null: Literal["clears", "kept"] = "clears"
    combined_patch: Literal["taken", "ignored"] = "taken"
    update_completed: Literal["reopens", "ignored"] = "reopens"
    closed_order: Literal[405, 409] = 405
    status_changes: Literal["by_state", "any"] = "by_state"
    empty_line_patch: Literal["refused", "taken"] = "refused"
    filter_fields: Literal["three", "order_id"] = "three"
    filter_match: Literal["contains", "prefix"] = "contains"
    filter_case: Literal["ignored", "counts"] = "ignored"
    modified_since: Literal["from", "after"] = "from"
    unknown_list_values: Literal["empty", "refused"] = "empty"
    max_page_size: int = 1000
    list_expand: Literal["sections", "ignored"] = "sections"
    expanded_page: Literal["cut", "refused"] = "cut"
    lines_expansion: Literal["when_named", "with_all", "unknown"] = "when_named"
    total_count: Literal["given", "null"] = "given"
    links: Literal["absolute", "path"] = "absolute"
    link_name: str = "self"
    list_lag: float = 0.0
    read_lag: float = 0.0
    empty_objects: Literal["filled", "null", "left_out"] = "filled"
    created_by: Literal["null", "empty"] = "null"
    problem_type: Literal["application/json", "application/problem+json"] = "application/json"
    path_letter_case: Literal["ignored", "counts"] = "ignored"
    erp_delay: float = 0.0

    # ERP
    connect_on_old_base: bool = True
    company_header_with_connect: Literal["ignored", "checked"] = "ignored"
    foreign_company: Literal["12002", "empty_list"] = "12002"
    application_type_required: bool = False
    no_license_status: Literal[400, 403] = 400
    v3_without_role: Literal[403, 401] = 403
    missing_scope_status: Literal[403, 401] = 403
    erp_error_body: Literal["known", "message", "exception", "text", "empty"] = "known"
    erp_message_name: Literal["message", "Message"] = "message"
    erp_max_page_size: int = 1000
    erp_dates: Literal["mixed", "plain"] = "mixed"
    erp_nulls: Literal["left_out", "sent"] = "left_out"
    order_time_stamp: Literal["left_out", "shown"] = "left_out"
    lone_modified_filter: Literal["ignored", "refused"] = "ignored"
    customer_name_filter: Literal["contains", "exact"] = "contains"
    unwrapped_values: Literal["refused", "taken"] = "refused"
    erp_location: Literal["type_and_number", "number"] = "type_and_number"
    erp_location_base: str = ""
    erp_created_body: Literal["empty", "object"] = "empty"
    erp_action_body: Literal["object", "empty"] = "object"
    old_order_api: Literal["throttled", "gone"] = "throttled"
    background_seconds: float = 2.0
    background_location: Literal["in_state", "left_out"] = "in_state"
    background_outcome: Literal["finished", "failed"] = "finished"

    # VNI
    vni_retired: bool = False
    vni_redirect: Literal["exact", "prefix"] = "exact"
    vni_error: Literal["page", "json"] = "page"
    vni_refusal: Literal["access_denied", "page"] = "access_denied"
    vni_token_error: Literal["oauth", "exception"] = "oauth"
    vni_dead_token: Literal["exception", "empty"] = "exception"
    vni_token_form: Literal["uuid", "hex"] = "uuid"
    vni_refresh_token: bool = False
    vni_context_type: str = "Visma.net Financials"
    context_with_connect: Literal["refused", "answered"] = "refused"

    # Developer Portal
    settings_delay: float = 0.0
    integration_approval: Literal["by_team", "at_once"] = "by_team"
    localhost_redirect_uris: bool = True
    default_refresh_days: int = 90
    new_applications_certified: bool = False
    invitation_days: int = 5
    invitation_single_use: bool = True

    # Limits
    rate_limit: int = 15_000
    rate_window: int = 3600
    order_v1_rate_limit: int = 500
    v3_rate_limit: Literal["shared", "own", "none"] = "shared"
    reset_as_epoch: bool = False
    burst_limit: int = 0
    parallel_limit: int = 0
    same_request_rule: bool = False
    failed_request_rule: bool = False
    throttle_body: Literal["json", "text", "empty"] = "json"

    def changed(self, changes: dict[str, Any]) -> Switches:
        """Return a copy with the changes.

        Raises ValueError naming the switch that does not exist or takes no such value.
        """
        hints = get_type_hints(Switches)
        for name, value in changes.items():
            if name not in hints:
                raise ValueError(f"There is no switch named {name!r}")
            if not _may_be(value, hints[name]):
                raise ValueError(f"The switch {name!r} takes {_choices(hints[name])}")
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _may_be(value: Any, hint: Any) -> bool:
    return fits(value, hint) and not (isinstance(value, int | float) and value < 0)


def _choices(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(repr(choice) for choice in get_args(hint))
    return {bool: "true or false", str: "a text"}.get(hint, "a number from 0 up")
