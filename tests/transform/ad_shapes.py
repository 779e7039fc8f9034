"""The names of tables and columns that loaders of ad spend use, by their public schemas."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shape:
    """A loader's names of tables and columns; None for a column that it does not have."""

    type: str
    report: str
    day: str
    money: str
    campaign: str | None
    day_type: str = "date"
    money_type: str = "decimal(18, 6)"
    account: str | None = None
    campaign_name: str | None = None
    currency: str | None = None
    usd: str | None = None
    ad: str | None = None
    urn: str = "{}"
    extra: dict[str, str] = field(default_factory=dict)
    campaigns: tuple[str, ...] = ()
    """The table of campaigns, and its columns of id, name, version and account."""
    accounts: tuple[str, ...] = ()
    """The table of accounts, and its columns of id, currency and version."""
    ads: str | None = None
    once: tuple[str, ...] = ()
    """Columns that together with the day identify a row."""

    @property
    def is_micros(self) -> bool:
        """Whether money is in whole millionths."""
        return "micros" in self.money.lower()

    @property
    def one_currency(self) -> bool:
        """Whether the report lacks the account, so that it is not known for a deleted campaign."""
        return self.account is None


FIVETRAN = {"_fivetran_synced": "timestamp", "_fivetran_deleted": "boolean"}
SHAPES = (
    Shape(
        "fivetran_google_ads", "campaign_stats", "date", "cost_micros", "id", money_type="bigint",
        account="customer_id", extra=FIVETRAN | {"device": "varchar", "base_campaign": "varchar"},
        campaigns=("campaign_history", "id", "name", "updated_at", "customer_id"),
        accounts=("account_history", "id", "currency_code", "updated_at"),
    ),
    Shape(
        "fivetran_facebook_ads", "basic_ad", "date", "spend", None, account="account_id",
        money_type="double precision", extra=FIVETRAN, ad="ad_id", ads="ad_history",
        campaigns=("campaign_history", "id", "name", "updated_time", "account_id"),
        accounts=("account_history", "id", "currency", "_fivetran_synced"),
    ),
    Shape(
        "fivetran_linkedin_ads", "ad_analytics_by_campaign", "day", "cost_in_local_currency",
        "campaign_id", day_type="timestamp", usd="cost_in_usd", extra=FIVETRAN,
        campaigns=("campaign_history", "id", "name", "last_modified_time", "account_id"),
        accounts=("account_history", "id", "currency", "last_modified_time"),
    ),
    Shape(
        "fivetran_microsoft_ads", "campaign_performance_daily_report", "date", "spend",
        "campaign_id", account="account_id", currency="currency_code",
        extra=FIVETRAN | {"device_os": "varchar", "network": "varchar"},
        campaigns=("campaign_history", "id", "name", "modified_time", "account_id"),
        accounts=("account_history", "id", "currency_code", "last_modified_time"),
    ),
    Shape(
        "fivetran_tiktok_ads", "campaign_report_hourly", "stat_time_hour", "spend", "campaign_id",
        day_type="timestamp", extra={"_fivetran_synced": "timestamp"},
        campaigns=(
            *("campaign_history", "campaign_id", "campaign_name", "updated_at", "advertiser_id"),
        ),
        accounts=("advertiser", "id", "currency", "_fivetran_synced"),
    ),
    Shape(
        "fivetran_ad_reporting", "ad_reporting__campaign_report", "date_day", "spend",
        "campaign_id",
        account="account_id", campaign_name="campaign_name", extra={"platform": "varchar"},
    ),
    Shape(
        "tap_google_ads", "campaign_performance_report", "date", "cost_micros", "campaign_id",
        day_type="timestamp with time zone", money_type="bigint", account="customer_id",
        campaign_name="campaign_name", currency="customer_currency_code",
        extra={"_sdc_record_hash": "varchar", "_sdc_deleted_at": "varchar"},
    ),
    Shape(
        "tap_googleads", "campaign_performance", "segments__date", "metrics__costMicros",
        "campaign__resourceName", day_type="varchar", money_type="bigint", account="customer_id",
        campaign_name="campaign__name", urn="customers/7/campaigns/{}",
        extra={"segments__device": "varchar"},
        once=("campaign__resourceName", "segments__device"),
        accounts=("customer", "customer__id", "customer__currencyCode", "segments__date"),
    ),
    Shape(
        "tap_facebook", "adsinsights_default", "date_start", "spend", "campaign_id",
        day_type="varchar", money_type="varchar", account="account_id",
        campaign_name="campaign_name", currency="account_currency",
        extra={"ad_id": "varchar", "inline_link_clicks": "varchar"},
    ),
    Shape(
        "tap_linkedin_ads", "ad_analytics_by_campaign", "start_at", "cost_in_local_currency",
        "campaign_id", day_type="timestamp with time zone", money_type="varchar", usd="cost_in_usd",
        campaigns=("campaigns", "id", "name", "last_modified_time", "account_id"),
        accounts=("accounts", "id", "currency", "last_modified_time"),
    ),
    Shape(
        "tap_bing_ads", "campaign_performance_report", "TimePeriod", "Spend", "CampaignId",
        day_type="timestamp with time zone", account="AccountId", campaign_name="CampaignName",
        currency="CurrencyCode",
    ),
    Shape(
        "tap_tiktok_ads", "ad_insights", "stat_time_day", "spend", "campaign_id",
        day_type="timestamp with time zone", account="advertiser_id", campaign_name="campaign_name",
        accounts=("advertisers", "advertiser_id", "currency", "_sdc_batched_at"),
    ),
    Shape(
        "airbyte_google_ads", "campaign", "segments_date", "metrics_cost_micros", "campaign_id",
        money_type="bigint", account="campaign_resource_name", campaign_name="campaign_name",
        extra={"segments_hour": "bigint"},
        accounts=("customer", "customer_id", "customer_currency_code", "_airbyte_extracted_at"),
    ),
    Shape(
        "airbyte_facebook_marketing", "ads_insights", "date_start", "spend", "campaign_id",
        money_type="double precision", account="account_id", campaign_name="campaign_name",
        currency="account_currency",
    ),
    Shape(
        "airbyte_linkedin_ads", "ad_campaign_analytics", "start_date", "costInLocalCurrency",
        "pivotValues", money_type="varchar", usd="costInUsd",
        urn='["urn:li:sponsoredCampaign:{}"]',
        campaigns=("campaigns", "id", "name", "lastModified", "account"),
        accounts=("accounts", "id", "currency", "_airbyte_extracted_at"),
    ),
)  # fmt: skip
