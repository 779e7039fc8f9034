"""Exports as people make them by hand, each with what an import must read in it.

They imitate the form of real exports (title lines, totals, footers, encodings, spellings of
headers), with made-up campaigns, people and money.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.app.sources.export import Export
from tests.app.sources.workbook import workbook

GOOGLE_CSV = Export(
    "Campaign report.csv",
    b"""Campaign report
"November 1, 2026 - November 3, 2026"
Day,Campaign,Campaign ID,Campaign state,Currency code,Cost,Impr.,Clicks,Conversions,Avg. CPC
2026-11-01,Brand | Search,11100001,Enabled,EUR,"1,100.20","13,614",326,12.00,3.37
2026-11-01,Generic,11100002,Enabled,EUR,0.00, --, --,0.00, --
2026-11-02,Brand | Search,11100001,Enabled,EUR,58.42,"3,614",26,1.50,2.25
2026-11-03,"Performance Max, DE",11100003,Paused,EUR,"2,000.00",812,19,0.00,105.26
Total: Campaigns, --, --, --,EUR,"3,158.62","18,040",371,13.50,8.51
Total: Account, --, --, --,EUR,"3,158.62","18,040",371,13.50,8.51
""",
    "ad_spend",
    4,
    {
        "spend_date": date(2026, 11, 1),
        "platform": "google_ads",
        "account_id": None,
        "campaign": "Brand | Search",
        "utm_source": "google",
        "currency": "eur",
        "spend": Decimal("1100.20"),
        "impressions": 13614,
        "clicks": 326,
        "conversions": 12,
        "row_number": 4,
    },
    {"eur": Decimal("3158.62")},
    left_out=2,
)

GOOGLE_UTF16 = Export(
    "Kampagnenbericht.csv",
    (
        "Kampagnenbericht\r\n1. November 2026 - 2. November 2026\r\n"
        "Tag\tKampagne\tKunden-ID\tWährungscode\tKosten\tImpr.\tKlicks\tConversions\r\n"
        "2026-11-01\tMarke – Suche\t111-222-3333\tEUR\t1.100,20\t13.614\t326\t12,00\r\n"
        "2026-11-02\tÖsterreich\t111-222-3333\tEUR\t58,42\t3.614\t26\t1,50\r\n"
        "Gesamt: Konto\t --\t --\tEUR\t1.158,62\t17.228\t352\t13,50\r\n"
    ).encode("utf-16"),
    "ad_spend",
    2,
    {
        "platform": "google_ads",
        "account_id": "111-222-3333",
        "campaign": "Marke – Suche",
        "spend": Decimal("1100.20"),
        "impressions": 13614,
    },
    {"eur": Decimal("1158.62")},
    left_out=1,
)

META_CSV = Export(
    "Acme-Campaigns-Nov-1-2026-Nov-2-2026.csv",
    b"\xef\xbb\xbf"
    b"""Campaign name,Day,Campaign delivery,Attribution setting,Results,Result indicator,Reach,Impressions,Cost per results,Amount spent (USD),Link clicks,Reporting starts,Reporting ends
,,,,19,,,7310,,151.53,92,2026-11-01,2026-11-02
Prospecting_LAL,2026-11-01,active,7-day click,9,actions:lead,2001,3001,8.05,72.41,44,2026-11-01,2026-11-01
Retargeting,2026-11-01,active,7-day click,4,actions:lead,502,1200,2.28,9.12,20,2026-11-01,2026-11-01
Prospecting_LAL,2026-11-02,active,7-day click,6,actions:lead,2101,3109,11.67,70,28,2026-11-02,2026-11-02
Winter teaser,2026-11-02,not_delivering,-,,,,,,,,2026-11-02,2026-11-02
""",
    "ad_spend",
    4,
    {
        "platform": "meta_ads",
        "campaign": "Prospecting_LAL",
        "utm_source": "facebook",
        "currency": "usd",
        "spend": Decimal("72.41"),
        "clicks": 44,
        "conversions": 9,
    },
    {"usd": Decimal("151.53")},
    left_out=1,
)

META_XLSX = Export(
    "Acme-Ads.xlsx",
    workbook(
        Worksheet=[
            [
                *("Reporting starts", "Reporting ends", "Account ID", "Campaign name"),
                *("Amount spent (GBP)", "Impressions", "Link clicks", "Results"),
            ],
            [date(2026, 11, 3), date(2026, 11, 3), "act_99", "Prospecting", 58.42, 3001, 44, 9],
            [date(2026, 11, 4), date(2026, 11, 4), "act_99", "Prospecting", 1.234, 12, 1, None],
            [date(2026, 11, 4), date(2026, 11, 4), "act_99", "=Retarget", 0.1 + 0.2, 7, 0, 0],
        ]
    ),
    "ad_spend",
    3,
    {
        "spend_date": date(2026, 11, 3),
        "account_id": "act_99",
        "currency": "gbp",
        "spend": Decimal("58.42"),
    },
    {"gbp": Decimal("59.95")},
)

LINKEDIN = Export(
    "account_509_campaign_performance_report.csv",
    (
        "Campaign Performance Report (in UTC)\n"
        "Report Start: November 1, 2026, 12:00 AM\n"
        "Report End: November 30, 2026, 11:59 PM\n"
        "Date Generated: December 1, 2026, 9:14 AM\n"
        "\n"
        "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Group Name\tCampaign Name\tCampaign ID\t"
        "Campaign Status\tTotal Spent\tImpressions\tClicks\tConversions\tAverage CPC\n"
        "11/3/2026\tAcme Europe\tUSD\tDemand\tCFOs DACH\t401001\tActive\t310.75\t9,120\t31\t2\t10.02\n"
        "11/13/2026\tAcme Europe\tUSD\tDemand\tCFOs DACH\t401001\tActive\t1,289.25\t8,004\t28\t0\t46.04\n"
    ).encode("utf-16"),
    "ad_spend",
    2,
    {
        "spend_date": date(2026, 11, 3),
        "platform": "linkedin_ads",
        "account_id": "Acme Europe",
        "campaign": "CFOs DACH",
        "spend": Decimal("310.75"),
        "impressions": 9120,
    },
    {"usd": Decimal("1600.00")},
)

MICROSOFT = Export(
    "Campaign_Performance_Report.csv",
    "\ufeffReport Name: Campaign Performance Report\n"
    "Report Time: 11/1/2026 - 11/2/2026\n"
    "Time Zone: (GMT-08:00) Pacific Time (US & Canada)\n"
    "Last Completed Available Day: 11/2/2026 11:59:00 PM (GMT)\n"
    "Potential Incomplete Data: false\n"
    "\n"
    '"Gregorian date","Account name","Account number","Currency code","Campaign","Spend","Impressions","Clicks","Conversions"\n'
    '"2026-11-01","Acme","F118ABCD","USD","Brand","1,100.20","2,812","65","3"\n'
    '"2026-11-02","Acme","F118ABCD","USD","Brand","58.42","912","19","0"\n'
    '"Total","-","-","USD","-","1,158.62","3,724","84","3"\n'
    "\n"
    '"©2026 Microsoft Corporation. All rights reserved."\n'.encode(),
    "ad_spend",
    2,
    {
        "platform": "microsoft_ads",
        "account_id": "F118ABCD",
        "utm_source": "bing",
        "spend": Decimal("1100.20"),
    },
    {"usd": Decimal("1158.62")},
    left_out=2,
)

TIKTOK = Export(
    "Campaign report 2026-11.xlsx",
    workbook(
        Data=[
            [
                *("Campaign name", "By Day", "Campaign ID", "Currency", "Cost", "Impressions"),
                *("Clicks (destination)", "Conversions"),
            ],
            ["Spark ads", "2026-11-01", "1790001", "EUR", "22.10", "5120", "61", "2"],
            ["Spark ads", "2026-11-02", "1790001", "EUR", "17.90", "4003", "48", "1"],
            ["Total of 2 results", "-", "-", "-", "40.00", "9123", "109", "3"],
        ]
    ),
    "ad_spend",
    2,
    {
        "platform": "tiktok_ads",
        "campaign": "Spark ads",
        "currency": "eur",
        "spend": Decimal("22.10"),
    },
    {"eur": Decimal("40.00")},
    left_out=1,
)

HUBSPOT = Export(
    "hubspot-crm-exports-all-contacts-2026-11-26.csv",
    b"""Record ID,First Name,Last Name,Email,Create Date,Original Source,Original Source Drill-Down 1,First Page Seen,First Referring Site
151,Ann,Quinn,ann.quinn@example.com,2026-11-03 14:05,Paid Search,brand,https://acme.example/pricing?utm_source=google&utm_medium=cpc&utm_campaign=brand%20search,https://www.google.com/
152,Ben,Sato,BEN@example.com,2026-11-04 08:00,Email Marketing,November,https://acme.example/blog,
153,Cy,,,2026-11-04 08:30,Offline Sources,IMPORT,,
154,Di,Roy,di@example.com,2026-11-05 23:59,Direct Traffic,acme.example/,https://acme.example/,
""",
    "leads",
    3,
    {
        "lead_id": "151",
        "email": "ann.quinn@example.com",
        "channel": "paid_search",
        "utm_source": "google",
        "utm_campaign": "brand search",
        "landing_page": "https://acme.example/pricing"
        "?utm_source=google&utm_medium=cpc&utm_campaign=brand%20search",
    },
    left_out=1,
)

SALESFORCE = Export(
    "report1764144000.csv",
    """"First Name","Lead ID","Email","Create Date","Lead Source","UTM Source","UTM Medium","UTM Campaign","Company / Account"
"Zoë","00Q5e000001AbCd","zoe@example.com","11/13/2026","Web","linkedin","paid_social","cfos","Müller GmbH"
"Al","00Q5e000001AbCe","al@example.com","11/4/2026","Partner Referral","","","","Acme, Inc."



"Leads by source"
"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
"Confidential Information - Do Not Distribute"
"Generated By:  Ann Quinn  11/26/2026"
""".replace('"Leads by source"\n', "").encode("cp1252"),
    "leads",
    2,
    {
        "lead_id": "00Q5e000001AbCd",
        "email": "zoe@example.com",
        "channel": None,
        "utm_source": "linkedin",
        "utm_medium": "paid_social",
        "utm_campaign": "cfos",
    },
    left_out=3,
)

SEGMENT = Export(
    "pages.csv",
    b"""id,received_at,anonymous_id,user_id,timestamp,path,url,referrer,title,context_campaign_source,context_campaign_medium,context_campaign_name,context_user_agent
ajs-1,2026-11-03 14:05:07.120000 UTC,a-1,,2026-11-03 14:05:06.007000 UTC,/pricing,https://acme.example/pricing?gclid=Cj0K&utm_source=google,https://www.google.com/,Pricing,google,cpc,brand_search,"Mozilla/5.0 (X11; Linux x86_64), like Gecko"
ajs-2,2026-11-03 15:00:00.000000 UTC,a-2,7,2026-11-03 15:00:00.000000 UTC,/,https://acme.example/,,Home,,,,curl
""",
    "touchpoints",
    2,
    {
        "touchpoint_id": "ajs-1",
        "visitor_id": "a-1",
        "landing_page": "https://acme.example/pricing?gclid=Cj0K&utm_source=google",
        "referrer": "https://www.google.com/",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "brand_search",
        "gclid": "Cj0K",
    },
)

UMAMI = Export(
    "website_event.csv",
    b"""event_id,website_id,session_id,created_at,url_path,url_query,referrer_path,referrer_domain,page_title,event_type,event_name,utm_source,utm_medium,utm_campaign,utm_content,utm_term,gclid,fbclid,msclkid,li_fat_id,hostname
e1,w1,s1,2026-11-03 14:05:06.007+00,/pricing,utm_source=google&utm_medium=cpc,,google.com,Pricing,1,,google,cpc,,,,,,,,acme.example
e2,w1,s1,2026-11-03 14:06:00+00,/pricing,,,,Pricing,2,signup_click,,,,,,,,,,acme.example
e3,w1,s2,2026-11-03 16:05:06+01,/,,,,Home,1,,,,,,,,,,,acme.example
""",
    "touchpoints",
    2,
    {
        "touchpoint_id": "e1",
        "visitor_id": "s1",
        "landing_page": "/pricing?utm_source=google&utm_medium=cpc",
        "referrer": "google.com",
        "utm_source": "google",
        "utm_campaign": None,
    },
    left_out=1,
)

RATES = Export(
    "rates.csv",
    b"date,base,quote,rate\n2026-11-02,EUR,USD,1.0812\n2026-11-03,EUR,USD,1.079\n",
    "fx_rates",
    2,
    {
        "rate_date": date(2026, 11, 2),
        "from_currency": "eur",
        "to_currency": "usd",
        "rate": Decimal("1.0812"),
    },
)

CAMPAIGNS = Export(
    "campaigns.csv",
    b"platform,campaign,utm_campaign\ngoogle_ads,Brand Search,bs\nmeta_ads,Retargeting,\n",
    "campaign_map",
    1,
    {"platform": "google_ads", "campaign": "Brand Search", "utm_campaign": "bs"},
)

EXPERIMENTS = Export(
    "experiments.tsv",
    b"experiment_id\tname\tstarted_at\tended_at\tcost\tcost_currency\n"
    b"exp_pricing\tAnnual first\t2026-03-02T00:00:00Z\t\t6500\tusd\n",
    "experiments",
    1,
    {
        "experiment_id": "exp_pricing",
        "ended_at": None,
        "cost": Decimal(6500),
        "cost_currency": "usd",
    },
)

EXPOSURES = Export(
    "exposures.csv",
    b"experiment_id,variation,anonymous_id,timestamp\nexp_pricing,control,a-1,2026-03-02T00:05:46Z\n",
    "experiment_exposures",
    1,
    {"experiment_id": "exp_pricing", "variant": "control", "visitor_id": "a-1"},
)

CODES = Export(
    "codes.csv",
    b"Promo code,Channel,Affiliate\nPODCAST20,Podcast,The Show\npromo_1Nx,Partner,\n",
    "promotion_codes",
    2,
    {"code": "PODCAST20", "channel": "Podcast", "campaign": None, "partner": "The Show"},
)

GERMAN = Export(
    "Werbeausgaben.csv",
    (
        "Datum;Plattform;Kampagne;Kosten in €;Klicks\r\n"
        "03.11.2026;Facebook Ads;Herbstaktion;1.100,20 €;1.204\r\n"
        "04.11.2026;Adwords;Marke;58,42 €;26\r\n"
        "05.11.2026;google / cpc;Marke;-5,00 €;0\r\n"
        "Summe;;;1.153,62 €;1.230\r\n"
    ).encode("cp1252"),
    "ad_spend",
    3,
    {
        "spend_date": date(2026, 11, 3),
        "platform": "meta_ads",
        "campaign": "Herbstaktion",
        "currency": "eur",
        "spend": Decimal("1100.20"),
        "clicks": 1204,
    },
    {"eur": Decimal("1153.62")},
    left_out=1,
)

ALL = [value for value in list(globals().values()) if isinstance(value, Export)]
SPEND = [export for export in ALL if export.totals]
