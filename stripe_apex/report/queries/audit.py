"""Which spend is matched by visits, by the names and ids of campaigns."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.queries.filters import in_currencies

AUDIT_MART: Final = "mart_spend_audit"
"""The mart of the audit, which a warehouse of an older version lacks."""

AUDIT: Final = f"""
select
    audit.platform, audit.campaign, audit.currency, audit.status, audit.matched_by,
    audit.campaign_id, audit.utm_campaign, audit.visits, audit.first_date, audit.last_date,
    audit.spend_minor, audit.matched_minor, audit.unmatched_minor
from marts.{AUDIT_MART} as audit
where
    audit.spend_minor is not null
    and (audit.status = 'visits_without_spend' or {in_currencies("audit").replace("$3", "$1")})
order by
    abs(audit.unmatched_minor) desc, abs(audit.spend_minor) desc, audit.visits desc,
    audit.platform, audit.campaign, audit.currency
"""
"""Campaigns over all days, the most unmatched spend first; $1 is the currencies."""
