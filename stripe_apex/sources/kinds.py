"""What can be imported: the kinds, their columns, and the words that headers use for them.

The columns are those of the tables of the schema `apex`. Words are in the form of
`headers.plain`: lower case, words apart by one space, no brackets.
"""

from __future__ import annotations

from typing import Final

from stripe_apex.sources.fields import Field, Kind
from stripe_apex.sources.mappings import CAMPAIGN_MAP, PROMOTION_CODES

_UTM: Final = (
    Field("utm_source", "text", ("utm source", "context campaign source", "utmsource")),
    Field("utm_medium", "text", ("utm medium", "context campaign medium", "utmmedium")),
    Field("utm_campaign", "text", ("utm campaign", "context campaign name", "utmcampaign")),
)

AD_SPEND: Final = Kind(
    "ad_spend",
    "ad spend",
    (
        Field(
            "spend_date",
            "day",
            (
                *("spend date", "day", "by day", "date", "gregorian date", "segments date"),
                *("stat time day", "stat time hour", "date start", "reporting starts"),
                *("start date", "time period", "hour", "tag", "datum", "jour", "fecha", "día"),
                *("dia", "giorno", "data", "berichtsstart", "date day"),
            ),
            needed=True,
        ),
        Field(
            "period_end",
            "day",
            ("reporting ends", "end date", "date stop", "date end", "berichtsende", "bis"),
            stored=False,
        ),
        Field(
            "platform",
            "text",
            (
                *("platform", "ad platform", "advertising platform", "plattform", "werbeplattform"),
                *("plateforme", "plataforma", "piattaforma", "ad network", "ad channel", "channel"),
                *("kanal", "canal", "source", "quelle"),
            ),
        ),
        Field(
            "account_id",
            "text",
            (
                *("account id", "customer id", "advertiser id", "ad account id", "account number"),
                *("konto id", "kontonummer", "kunden id", "account name", "account"),
                *("advertiser name", "customer", "konto", "kontoname"),
            ),
        ),
        Field(
            "campaign",
            "text",
            (
                *("campaign", "campaign name", "kampagne", "kampagnenname", "campagne"),
                *("nom de la campagne", "nombre de la campaña", "campaña", "campanha", "campagna"),
                *("name der kampagne", "utm campaign", "campaign id", "kampagnen id"),
            ),
        ),
        Field("utm_source", "text", ("utm source",)),
        Field(
            "currency",
            "currency",
            (
                *("currency code", "currency", "account currency", "customer currency code"),
                *("währungscode", "währung", "waehrung", "devise", "moneda", "valuta", "moeda"),
            ),
        ),
        Field(
            "spend",
            "money",
            (
                *("spend", "cost", "costs", "amount spent", "total spent", "total spend"),
                *("ad spend", "total cost", "cost in local currency", "cost micros"),
                *("metrics cost micros", "kosten", "ausgaben", "ausgegebener betrag"),
                *("werbekosten", "coût", "montant dépensé", "dépenses", "coste", "costo"),
                *("importe gastado", "gasto", "custo", "importo speso", "spesa"),
            ),
            needed=True,
            sole=True,
        ),
        Field(
            "impressions",
            "integer",
            ("impressions", "impr", "metrics impressions", "impressionen", "impresiones"),
        ),
        Field(
            "clicks",
            "integer",
            (
                *("clicks", "link clicks", "inline link clicks", "metrics clicks", "klicks"),
                *("klicks auf links", "clics", "clics en el enlace", "clicks all"),
                *("clicks destination",),
            ),
        ),
        Field(
            "conversions",
            "decimal",
            ("conversions", "metrics conversions", "conversion", "conv", "results", "ergebnisse"),
        ),
    ),
    key=("platform", "account_id", "spend_date"),
    unique=False,
    some_of=("platform", "campaign", "account_id", "currency", "impressions", "clicks"),
    example=(
        *("2026-11-03", "google_ads", "111-222-3333", "brand_search", "google", "usd"),
        *("58.42", "3614", "26", "1"),
    ),
)

LEADS: Final = Kind(
    "leads",
    "leads",
    (
        Field("lead_id", "text", ("lead id", "record id", "contact id", "hs object id", "id")),
        Field(
            "email",
            "text",
            (
                *("email", "e mail", "email address", "e mail adresse", "mail", "properties email"),
                *("property email", "correo electrónico", "adresse e mail"),
            ),
            needed=True,
        ),
        Field("visitor_id", "text", ("visitor id", "anonymous id")),
        Field(
            "created_at",
            "time",
            (
                *("created at", "create date", "created date", "createdate", "date created"),
                *("created", "creation date", "signup date", "signed up at", "signed up"),
                *("properties createdate", "property createdate", "erstellt am", "erstelldatum"),
                *("timestamp", "date", "datum", "fecha", "tag", "day"),
            ),
            needed=True,
        ),
        Field(
            "channel",
            "text",
            (
                *("channel", "original source", "original source type", "lead source"),
                *("original traffic source", "hs analytics source", "kanal", "quelle", "source"),
            ),
        ),
        *_UTM,
        Field(
            "landing_page",
            "text",
            (
                *("landing page", "first page seen", "hs analytics first url", "page url"),
                *("landing page url", "url"),
            ),
        ),
    ),
    key=("lead_id",),
    unique=True,
    some_of=("email",),
    example=(
        *("lead_00001", "ann@example.com", "v_4072fe2411", "2026-11-03T14:05:00Z", "", "google"),
        *("cpc", "brand_search", "/pricing"),
    ),
)

TOUCHPOINTS: Final = Kind(
    "touchpoints",
    "visits",
    (
        Field("touchpoint_id", "text", ("touchpoint id", "event id", "message id", "id", "uuid")),
        Field(
            "visitor_id",
            "text",
            (
                *("visitor id", "anonymous id", "session id", "user pseudo id", "distinct id"),
                *("domain userid", "client id"),
            ),
            needed=True,
        ),
        Field("email", "text", ("email", "context traits email")),
        Field(
            "occurred_at",
            "time",
            (
                *("occurred at", "timestamp", "derived tstamp", "created at", "event time"),
                *("original timestamp", "sent at", "received at", "time", "date", "datum"),
            ),
            needed=True,
        ),
        Field(
            "landing_page",
            "text",
            (
                *("landing page", "url", "page url", "context page url", "current url"),
                *("page location", "url path", "path", "pathname", "page"),
            ),
        ),
        Field("url_query", "text", ("url query",), stored=False),
        Field(
            "referrer",
            "text",
            (
                *("referrer", "referer", "context page referrer", "page referrer"),
                *("referrer domain", "referring domain"),
            ),
        ),
        *_UTM,
        Field("utm_term", "text", ("utm term", "context campaign term")),
        Field("utm_content", "text", ("utm content", "context campaign content")),
        Field("gclid", "text", ("gclid",)),
        Field("fbclid", "text", ("fbclid",)),
        Field("li_fat_id", "text", ("li fat id",)),
        Field("msclkid", "text", ("msclkid",)),
        Field("event_type", "text", ("event type",), stored=False),
    ),
    key=("touchpoint_id",),
    unique=True,
    some_of=("landing_page", "referrer", "utm_source", "touchpoint_id"),
    example=(
        *("tp_000001", "v_4072fe2411", "", "2026-11-03T14:01:00Z", "/pricing"),
        *("https://www.google.com/", "google", "cpc", "brand_search", "", "", "", "", "", ""),
    ),
)

EXPERIMENTS: Final = Kind(
    "experiments",
    "experiments",
    (
        Field("experiment_id", "text", ("experiment id", "experiment", "test id"), needed=True),
        Field("name", "text", ("name", "experiment name", "title")),
        Field("started_at", "time", ("started at", "start", "start date", "started"), needed=True),
        Field("ended_at", "time", ("ended at", "end", "end date", "ended")),
        Field("cost", "money", ("cost", "costs", "kosten"), sole=True),
        Field("cost_currency", "currency", ("cost currency", "currency", "currency code")),
    ),
    key=("experiment_id",),
    unique=True,
    some_of=("name", "ended_at", "cost"),
    example=(
        *("exp_pricing_page", "Annual plans first", "2026-03-02T00:00:00Z"),
        *("2026-06-01T00:00:00Z", "6500", "usd"),
    ),
)

EXPOSURES: Final = Kind(
    "experiment_exposures",
    "exposures of experiments",
    (
        Field("experiment_id", "text", ("experiment id", "experiment", "test id"), needed=True),
        Field("variant", "text", ("variant", "variation", "group", "variante"), needed=True),
        Field(
            "visitor_id",
            "text",
            ("visitor id", "anonymous id", "distinct id", "session id"),
            needed=True,
        ),
        Field(
            "exposed_at",
            "time",
            ("exposed at", "timestamp", "created at", "time", "date"),
            needed=True,
        ),
    ),
    key=("experiment_id", "visitor_id"),
    unique=False,
    some_of=("variant",),
    example=("exp_pricing_page", "control", "v_4072fe2411", "2026-03-02T00:05:46Z"),
)

FX_RATES: Final = Kind(
    "fx_rates",
    "exchange rates",
    (
        Field("rate_date", "day", ("rate date", "date", "day", "datum", "tag"), needed=True),
        Field(
            "from_currency",
            "currency",
            ("from currency", "from", "base currency", "base", "source currency", "von"),
            needed=True,
        ),
        Field(
            "to_currency",
            "currency",
            ("to currency", "to", "quote currency", "quote", "target currency", "nach"),
            needed=True,
        ),
        Field(
            "rate",
            "decimal",
            ("rate", "exchange rate", "fx rate", "kurs", "wechselkurs"),
            needed=True,
            sole=True,
        ),
    ),
    key=("rate_date", "from_currency", "to_currency"),
    unique=True,
    some_of=("from_currency", "to_currency"),
    example=("2026-11-03", "eur", "usd", "1.08000000"),
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        *(AD_SPEND, LEADS, TOUCHPOINTS, EXPERIMENTS, EXPOSURES, FX_RATES, CAMPAIGN_MAP),
        PROMOTION_CODES,
    )
}


def template(kind: Kind) -> str:
    """A CSV file with the header of a kind and one row as an example."""
    header = ",".join(column.name for column in kind.columns)
    return f"{header}\n{','.join(kind.example)}\n"
