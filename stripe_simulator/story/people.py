"""The payers: names, addresses, cards, and how their email at checkout differs from the lead's."""

from typing import Literal, TypeAlias

from msgspec import Struct

from stripe_simulator.ids import bucket, identifier
from stripe_simulator.records import Address, BillingDetails, Metadata, MethodType, PaymentMethod
from stripe_simulator.story.campaigns import Campaign
from stripe_simulator.story.dice import Dice, Odds

Identity: TypeAlias = Literal[
    "same", "untidy", "other", "edited", "nameless", "guest_receipt", "guest_billing", "unknown"
]

_FIRST = (
    "ada",
    "alan",
    "amara",
    "anna",
    "arjun",
    "beatriz",
    "chen",
    "clara",
    "daniel",
    "elena",
    "emil",
    "fatima",
    "grace",
    "hana",
    "hugo",
    "ines",
    "ivan",
    "jonas",
    "julia",
    "kenji",
    "lara",
    "leo",
    "lina",
    "luca",
    "maya",
    "mei",
    "mia",
    "nadia",
    "noah",
    "nora",
    "omar",
    "paula",
    "rafael",
    "rosa",
    "sara",
    "simon",
    "sofia",
    "theo",
    "tomas",
    "yara",
)
_LAST = (
    "abebe",
    "adler",
    "berg",
    "bianchi",
    "brandt",
    "castro",
    "chen",
    "costa",
    "dubois",
    "eriksen",
    "fischer",
    "garcia",
    "haddad",
    "hoffmann",
    "ito",
    "jansen",
    "kaya",
    "keller",
    "kim",
    "kowalski",
    "lang",
    "larsen",
    "lopez",
    "meyer",
    "moreau",
    "nakamura",
    "novak",
    "okafor",
    "olsen",
    "patel",
    "perez",
    "quinn",
    "rossi",
    "sato",
    "schmidt",
    "silva",
    "tanaka",
    "vogel",
    "weber",
    "yilmaz",
)
_DOMAINS = ("example.com", "example.com", "example.org", "example.net")
_CITIES = {
    "US": ("Springfield", "94107", "CA"),
    "DE": ("Musterstadt", "10115", None),
    "FR": ("Villeneuve", "75001", None),
    "GB": ("Newtown", "EC1A 1BB", None),
    "JP": ("Minato", "105-0001", None),
    "KW": ("Hawally", "32000", None),
}

_CURRENCIES = Odds({"usd": 52, "eur": 27, "gbp": 14, "jpy": 4, "kwd": 3})
_COUNTRIES = {"usd": ("US",), "eur": ("DE", "FR"), "gbp": ("GB",), "jpy": ("JP",), "kwd": ("KW",)}
_METHODS: dict[str, Odds[MethodType]] = {
    "usd": Odds({"card": 88, "us_bank_account": 12}),
    "eur": Odds({"card": 76, "sepa_debit": 24}),
}
_CARD_ONLY: Odds[MethodType] = Odds({"card": 1})
_BRANDS = Odds({"visa": 60, "mastercard": 32, "amex": 8})
_WALLETS = Odds({None: 80, "apple_pay": 12, "google_pay": 8})
_FUNDING = Odds({"credit": 62, "debit": 35, "prepaid": 3})
_IDENTITIES: Odds[Identity] = Odds(
    {
        "same": 58,
        "untidy": 12,
        "other": 7,
        "edited": 3,
        "nameless": 2,
        "guest_receipt": 8,
        "guest_billing": 7,
        "unknown": 3,
    }
)


class Payer(Struct, gc=False):
    """A person who pays at least once; `customer` is known from the first charge on.

    `email` is the address that this person types into forms, `checkout_email` the one that the
    checkout gets to know. `metadata` is what the company writes to the customer that it makes of
    them, `unpaid` the charge of a renewal that failed last.
    """

    index: int
    first: str
    last: str
    email: str
    checkout_email: str
    identity: Identity
    campaign: Campaign
    currency: str
    method: PaymentMethod
    billing: BillingDetails
    is_lead: bool
    receipts: bool
    leaves: bool
    customer: str | None = None
    metadata: Metadata = {}
    unpaid: str | None = None

    @property
    def name(self) -> str:
        """First and last name, as they are written."""
        return f"{self.first} {self.last}".title()

    @property
    def has_customer(self) -> bool:
        """Whether the shop makes a customer object for them, instead of a guest payment."""
        return self.identity in {"same", "untidy", "other", "edited", "nameless"}


def make_payer(seed: int, index: int, campaign: Campaign, dice: Dice) -> Payer:
    """The payer with that index; a pure function of its arguments and of the dice's stream."""
    first, last = dice.one_of(_FIRST), dice.one_of(_LAST)
    identity = dice.pick(_IDENTITIES)
    email = f"{first}.{last}{index}@{dice.one_of(_DOMAINS)}"
    if dice.chance(1):
        email = f"office{index % 97}@example.org"  # an address that several people share
    currency = "eur" if campaign.name.endswith("_eu") else dice.pick(_CURRENCIES)
    country = dice.one_of(_COUNTRIES[currency])
    checkout_email = _checkout_email(identity, email, first, index)
    return Payer(
        index=index,
        first=first,
        last=last,
        email=email,
        checkout_email=checkout_email,
        identity=identity,
        campaign=campaign,
        currency=currency,
        method=_method(seed, index, country, dice.pick(_METHODS.get(currency, _CARD_ONLY)), dice),
        billing=_billing(identity, checkout_email, f"{first} {last}".title(), country, dice),
        is_lead=dice.chance(88),
        receipts=dice.chance(35),
        leaves=dice.chance(2),
    )


def prospect_email(index: int, dice: Dice) -> str:
    """The address of a person who never pays."""
    return f"{dice.one_of(_FIRST)}.{dice.one_of(_LAST)}.p{index}@{dice.one_of(_DOMAINS)}"


def visitor_id(seed: int, population: str, index: int, device: int = 0) -> str:
    """The cookie of one device of one person."""
    return f"v_{bucket(f'{seed}/{population}/{index}/{device}', 16**10):010x}"


def _checkout_email(identity: Identity, email: str, first: str, index: int) -> str:
    match identity:
        case "untidy":
            name, _, domain = email.partition("@")
            return (
                f"{name.title()}@{domain}",
                email.upper(),
                f" {email}",
                f"{email} ",
            )[index % 4]
        case "other":
            return f"{first}{index}.private@example.net"
        case _:
            return email


def _billing(identity: Identity, email: str, name: str, country: str, dice: Dice) -> BillingDetails:
    city, postal_code, state = _CITIES[country]
    told = identity == "guest_billing" or (identity not in _SILENT and dice.chance(35))
    return BillingDetails(
        email=email if told else None,
        name=name,
        address=Address(
            city=city,
            country=country,
            line1=f"{dice.between(1, 200)} Example Street",
            postal_code=postal_code,
            state=state,
        ),
    )


_SILENT = frozenset({"unknown", "nameless", "guest_receipt"})


def _method(seed: int, index: int, country: str, kind: MethodType, dice: Dice) -> PaymentMethod:
    identifier_ = identifier("pm_", seed, index)
    return PaymentMethod(
        id=identifier_,
        type=kind,
        fingerprint=identifier_[3:19],
        last4=f"{dice.below(10_000):04}",
        country=country,
        brand=dice.pick(_BRANDS),
        funding=dice.pick(_FUNDING),
        exp_month=dice.between(1, 12),
        exp_year=dice.between(2027, 2031),
        wallet=dice.pick(_WALLETS) if kind == "card" else None,
    )
