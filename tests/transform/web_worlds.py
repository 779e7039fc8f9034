"""The actions of people on a site, and the expected rows of staging, made by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.transform.worlds import Lead, Touchpoint

if TYPE_CHECKING:
    from tests.transform.loaded_ads import Table

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
CAMPAIGNS = (
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand", "gclid": "Cj0KCQ-Ab"},
    {"utm_source": "facebook", "utm_medium": "paid_social", "utm_campaign": "Spring Sale",
     "utm_content": "video", "fbclid": "IwAR-x9"},
    {"utm_source": "bing", "utm_medium": "cpc", "utm_term": "shoes", "msclkid": "0a1B2c"},
    {"li_fat_id": "d3aDb33f"},
    {},
    {},
)  # fmt: skip
REFERRERS = ("https://www.google.com/", "https://news.example/a?b=c", None, None)
UTMS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


@dataclass(frozen=True)
class Page:
    """A page view, with the campaign, click id and referrer that it came with."""

    id: str
    visitor: str
    at: datetime
    path: str
    came_with: dict[str, str]
    referrer: str | None
    user: str | None
    is_twice: bool

    @property
    def query(self) -> str:
        """The query string, without its question mark."""
        return urlencode(self.came_with)

    @property
    def bare_url(self) -> str:
        """The address without its query."""
        return f"https://shop.example{self.path}"

    @property
    def url(self) -> str:
        """The address as the browser shows it."""
        return self.bare_url + (f"?{self.query}" if self.query else "")

    def by_hand(self, email: str | None) -> Touchpoint:
        """The expected row of staging; `email` is the address that the visitor left."""
        return Touchpoint(
            touchpoint_id=self.id, visitor_id=self.visitor, occurred_at=self.at, email=email,
            landing_page=self.url, referrer=self.referrer, **self.came_with,
        )  # fmt: skip


@dataclass(frozen=True)
class SignUp:
    """A visitor's sign-up; the site may know the address only from another device."""

    id: str
    user: str
    email: str | None
    page: Page


@dataclass
class Site:
    """All that happened on a site."""

    pages: list[Page] = field(default_factory=list)
    sign_ups: list[SignUp] = field(default_factory=list)
    links: set[tuple[str, str]] = field(default_factory=set)
    """The visitors who signed up, each with the person's address."""

    @property
    def users(self) -> set[tuple[str, str]]:
        """The ids that the site gave to people, each with the person's address."""
        return {(each.user, each.email) for each in self.sign_ups if each.email}

    def leads(self) -> dict[str, SignUp]:
        """The first sign-up with each address, by address."""
        first: dict[str, SignUp] = {}
        for sign_up in sorted(self.sign_ups, key=lambda each: (each.page.at, each.id)):
            if sign_up.email is not None:
                first.setdefault(sign_up.email, sign_up)
        return first


def site(name: str) -> Site:
    """A random site; all ids and addresses begin with its name."""
    chance, made = random.Random(name), Site()
    at = FIRST + timedelta(seconds=chance.randrange(3600))
    for person in range(6):
        user, email = f"{name}-u{person}", f"ann{person}@{name.replace('_', '-')}.example"
        for device in range(1 + person % 2):
            visitor = f"{name}-v{person}{device}"
            signs_up_at = chance.randrange(1, 4) if person < 5 else None
            for number in range(5):
                at += timedelta(seconds=chance.choice([40, 900, 4_000, 90_000]))
                is_known = signs_up_at is not None and number >= signs_up_at
                page = Page(
                    f"{visitor}-p{number}", visitor, at, chance.choice(["/", "/prices", "/a/b"]),
                    chance.choice(CAMPAIGNS), chance.choice(REFERRERS),
                    user if is_known else None, chance.random() < 0.3,
                )  # fmt: skip
                made.pages.append(page)
                if number == signs_up_at:
                    known = email if device == 0 else None
                    made.sign_ups.append(SignUp(f"{visitor}-i", user, known, page))
                    made.links.add((visitor, email))
    chance.shuffle(made.pages)
    return made


@dataclass(frozen=True)
class Record:
    """A record of a CRM or a form, with its fate."""

    number: int
    email: str
    at: datetime
    channel: str | None
    came_with: dict[str, str]
    fate: str
    """`stays`, `deleted`, `merged`, or `changed`: then there is an older version."""

    @property
    def url(self) -> str | None:
        """The address of the first page view."""
        query = urlencode(self.came_with)
        return f"https://shop.example/?{query}" if query else None

    def by_hand(self, **fields: str | None) -> Lead:
        """The expected row of staging."""
        return Lead(
            lead_id=str(self.number), email=self.email, created_at=self.at,
            **{  # type: ignore[arg-type]
                "channel": self.channel,
                **{name: self.came_with.get(name) for name in UTMS[:3]},
                "landing_page": self.url,
            } | fields,
        )  # fmt: skip


def records(name: str, number: int, channels: tuple[str | None, ...]) -> list[Record]:
    """Random records; `name` and `number` make addresses and ids unique."""
    chance = random.Random(name)
    domain = f"{name.replace('_', '-')}.example"
    return [
        Record(
            900_000_000 + 1_000 * number + one,
            f"zoe{one}@{domain}",
            FIRST + timedelta(seconds=chance.randrange(10**6)),
            chance.choice(channels),
            chance.choice(CAMPAIGNS),
            ("stays", "deleted", "merged", "changed")[one % 4],
        )
        for one in range(12)
    ]


@dataclass
class Told:
    """A schema as a tracker or a CRM writes it, and the expected rows of staging."""

    schema: str
    type: str
    tables: list[Table] = field(default_factory=list)
    pages: list[Touchpoint] = field(default_factory=list)
    links: set[tuple[str, str]] = field(default_factory=set)
    leads: list[Lead] = field(default_factory=list)

    @property
    def entry(self) -> dict[str, str]:
        """The schema's entry in the var."""
        return {"type": self.type, "schema": self.schema}

    def emptied(self) -> Told:
        """The same tables without rows."""
        for table in self.tables:
            table.rows.clear()
        return Told(self.schema, self.type, self.tables)


def as_text(told: Told) -> Told:
    """The same with all columns as text and in upper case, and times in another time zone."""
    for table in told.tables:
        table.name = table.name.upper()
        table.columns = {column.upper(): "varchar" for column in table.columns}
        table.rows = [{name.upper(): _as_written(value) for name, value in row.items()}
                      for row in table.rows]  # fmt: skip
    return told


def _as_written(value: Any) -> str | None:
    if hasattr(value, "astimezone"):
        return value.astimezone(timezone(timedelta(hours=2))).isoformat()
    return None if value is None else str(value)
