"""The tables and columns of CRMs and lead forms, with random records."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.transform.loaded_ads import Table
from tests.transform.web_worlds import FIRST, UTMS, Told, records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.transform.loaded_ads import Row
    from tests.transform.web_worlds import Record

HUBSPOT = ("ORGANIC_SEARCH", "PAID_SOCIAL", "DIRECT_TRAFFIC", "OFFLINE", None)
SALESFORCE = ("Web", "Trade Show", "Direct", None)
"""Lead sources of Salesforce; the models know the channel of Direct only."""


def fivetran_hubspot(name: str, variant: str, number: int) -> Told:
    """Contacts; merged ones are in the list of another contact, or in a table of their own."""
    told, made = Told(name, "fivetran_hubspot"), records(name, number, HUBSPOT)
    contacts = Table("contact", {
        "id": "bigint", "property_email": "varchar", "property_createdate": "timestamp",
        "property_hs_analytics_source": "varchar", "property_hs_analytics_first_url": "varchar",
    })  # fmt: skip
    if variant != "bare":
        contacts.columns |= {"_fivetran_deleted": "boolean", "_fivetran_synced": "timestamp"}
    if variant == "typed":
        contacts.columns["property_hs_calculated_merged_vids"] = "varchar"
    for record in made:
        row = {
            "id": record.number, "property_email": record.email, "property_createdate": record.at,
            "property_hs_analytics_source": record.channel,
            "property_hs_analytics_first_url": record.url,
            "_fivetran_deleted": record.fate == "deleted", "_fivetran_synced": FIRST,
        }  # fmt: skip
        contacts.rows += _versions(row, record, "property_email", variant)
    merged = [str(record.number) for record in made if record.fate == "merged"]
    stays = next(record.number for record in made if record.fate == "stays")
    for row in contacts.rows:
        if row["id"] == stays:
            row["property_hs_calculated_merged_vids"] = ";".join(
                f"{one}:1661707291575" for one in [*merged, str(stays)]
            )
    told.tables.append(contacts)
    if variant == "text":
        audit = Table("contact_merge_audit", {"vid_to_merge": "bigint", "canonical_vid": "bigint"})
        audit.rows = [{"vid_to_merge": one, "canonical_vid": stays} for one in merged]
        told.tables.append(audit)
    _tell(told, made, variant, gone={"deleted", "merged"})
    return told


def airbyte_hubspot(name: str, variant: str, number: int) -> Told:
    """Contacts with all properties in one JSON column or, as text, with a column for each."""
    told, made = Told(name, "airbyte_hubspot"), records(name, number, HUBSPOT)
    properties = {
        "email": "email", "createdate": "at", "hs_analytics_source": "channel",
        "hs_analytics_first_url": "url", "hs_merged_object_ids": "merged",
    }  # fmt: skip
    flat = {f"properties_{name}": "varchar" for name in properties}
    contacts = Table("contacts", {
        "id": "varchar", **(flat if variant == "text" else {"properties": "json"})
    })  # fmt: skip
    if variant != "bare":
        contacts.columns |= {
            "archived": "boolean",
            "_airbyte_extracted_at": "timestamp with time zone",
        }
    merged = ";".join(str(record.number) for record in made if record.fate == "merged")
    for record in made:
        of_contact = {
            "email": record.email, "hs_analytics_source": record.channel,
            "createdate": str(int(record.at.timestamp() * 1000)) if variant == "text"
            else record.at.isoformat().replace("+00:00", "Z"),
            "hs_analytics_first_url": record.url,
            "hs_merged_object_ids": merged
            if record.fate == "stays" and variant != "bare" else None,
        }  # fmt: skip
        row = {
            "id": record.number, "archived": record.fate == "deleted",
            "_airbyte_extracted_at": FIRST, "properties": json.dumps(of_contact),
            **{f"properties_{name}": value for name, value in of_contact.items()},
        }  # fmt: skip
        key = "properties_email" if variant == "text" else "properties"
        contacts.rows += _versions(row, record, key, variant, old=json.dumps(
            of_contact | {"email": f"old-{record.email}"}
        ) if key == "properties" else None)  # fmt: skip
    told.tables.append(contacts)
    _tell(told, made, variant, gone={"deleted", "merged"})
    return told


def fivetran_salesforce(name: str, variant: str, number: int) -> Told:
    """Leads, including converted ones; as text, with Salesforce's own names of columns."""
    told, made = Told(name, "fivetran_salesforce"), records(name, number, SALESFORCE)
    own = {
        "id": "Id", "email": "Email", "created_date": "CreatedDate", "lead_source": "LeadSource",
        "is_deleted": "IsDeleted", "is_converted": "IsConverted", "gclid_c": "GCLID__c",
        "last_modified_date": "LastModifiedDate",
        **{f"{utm}_c": f"{utm.upper()}__c" for utm in UTMS[:3]},
    }  # fmt: skip
    types = {"is_deleted": "boolean", "is_converted": "boolean", "created_date": "timestamp",
             "last_modified_date": "timestamp"}  # fmt: skip
    names = own if variant != "bare" else dict.fromkeys(("id", "email", "created_date"), "")
    table = Table("lead", {
        own[name] if variant == "text" else name: types.get(name, "varchar") for name in names
    })  # fmt: skip
    for record in made:
        row = {
            "id": str(record.number), "email": record.email, "created_date": record.at,
            "lead_source": record.channel, "is_deleted": record.fate in {"deleted", "merged"},
            "is_converted": record.fate == "changed", "last_modified_date": FIRST,
            "gclid_c": record.came_with.get("gclid"),
            **{f"{utm}_c": record.came_with.get(utm) for utm in UTMS[:3]},
        }  # fmt: skip
        for version in _versions(row, record, "email", variant):
            table.rows.append(
                {own[name]: value for name, value in version.items()} if variant == "text"
                else version
            )  # fmt: skip
    told.tables.append(table)
    for record in made:
        is_tagged = "utm_source" in record.came_with
        gclid = record.came_with.get("gclid")
        if variant == "bare":
            told.leads.append(record.by_hand(
                channel=None, landing_page=None, **dict.fromkeys(UTMS[:3])
            ))  # fmt: skip
        elif record.fate not in {"deleted", "merged"}:
            told.leads.append(record.by_hand(
                channel=None if is_tagged and record.channel != "Direct" else record.channel,
                landing_page=gclid and f"/?gclid={gclid}",
            ))  # fmt: skip
    return told


def facebook_lead_ads(name: str, variant: str, number: int) -> Told:
    """Answers to a form, including the address; organic leads came by no ad."""
    told, made = Told(name, "facebook_lead_ads"), records(name, number, (None,))
    table = Table("leads", {"id": "varchar", "created_time": "varchar", "field_data": "json"})
    if variant != "bare":
        table.columns |= {
            "platform": "varchar", "campaign_name": "varchar", "campaign_id": "varchar",
            "is_organic": "boolean",
        }  # fmt: skip
    for record in made:
        is_organic, platform = record.number % 2 == 0, ("ig", "fb")[record.number % 3 == 0]
        question = "e-mail_address" if variant == "text" else "email"
        answers = [
            {"name": "colleague", "values": ["bob@colleague.example"]},
            {"name": question, "values": [record.email]},
        ] if variant != "bare" else [{"values": [record.email], "name": "adresse"}]  # fmt: skip
        row = {
            "id": str(record.number), "created_time": f"{record.at:%Y-%m-%dT%H:%M:%S}+0000",
            "field_data": json.dumps(answers), "platform": platform, "campaign_id": "77",
            "campaign_name": "Lead Form" if record.number % 4 else None, "is_organic": is_organic,
        }  # fmt: skip
        table.rows += [row] * (1 + (record.fate == "changed"))
        is_bare = variant == "bare"
        told.leads.append(record.by_hand(
            landing_page=None, utm_source="facebook" if is_bare else platform,
            utm_medium="social" if is_organic and not is_bare else "paid_social",
            utm_campaign=None if is_bare else row["campaign_name"] or "77",
        ))  # fmt: skip
    told.tables.append(table)
    return told


FORMS = (fivetran_hubspot, airbyte_hubspot, fivetran_salesforce, facebook_lead_ads)


def _versions(
    row: Row, record: Record, key: str, variant: str, old: Any = None
) -> Sequence[Row]:  # fmt: skip
    """The row of a record, with an older version if it was deleted or changed."""
    if variant == "bare" or record.fate not in {"deleted", "changed"}:
        return [row]
    older = row | {key: old or f"old-{record.email}"}
    for name in ("_fivetran_synced", "_airbyte_extracted_at", "last_modified_date"):
        if name in row:
            older[name] = row[name] - timedelta(days=1)
    for name in ("_fivetran_deleted", "archived", "is_deleted"):
        if name in row:
            older[name] = False
    return [older, row] if record.number % 2 else [row, older]


def _tell(told: Told, made: Sequence[Record], variant: str, gone: set[str]) -> None:
    """Add the expected leads; in the bare variant, no column marks records as deleted."""
    told.leads += [
        record.by_hand() for record in made if variant == "bare" or record.fate not in gone
    ]
