"""An account, actions on it, and what a warehouse should hold of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from stripe_simulator.book import InvalidOperationError

if TYPE_CHECKING:
    from stripe_simulator.account import Account
    from stripe_simulator.ledger import LedgerEntry


@dataclass
class World:
    """An account and the actions on it."""

    account: Account
    customers: list[str] = field(default_factory=list)
    charges: list[str] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)
    disputes: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)

    def act(self, action: str, n: int) -> None:
        """Do the action unless it is impossible, such as refunding a charge once more."""
        with suppress(InvalidOperationError, KeyError, ZeroDivisionError):
            self._act(action, n)

    def _act(self, action: str, n: int) -> None:
        account = self.account
        match action:
            case "charge" | "debit" | "authorise":
                if n % 3 == 0:
                    self.customers.append(account.create_customer(f"c{n}@example.com"))
                self.charges.append(
                    account.create_charge(
                        1000 + n,
                        ["usd", "jpy", "kwd"][n % 3],
                        status="pending" if action == "debit" else "succeeded",
                        capture=action != "authorise",
                        customer=self.customers[n % len(self.customers)] if n % 3 != 1 else None,
                        billing_email=f"b{n}@example.com" if n % 2 else None,
                        payment_method_type="sepa_debit" if action == "debit" else "card",
                    )
                )
            case "charges":
                self.charges += [account.create_charge(100) for _ in range(n + 1)]
            case "decline":
                failed = [c.id for c in account.charges if c.status == "failed"]
                self.charges.append(
                    account.create_charge(
                        900 + n,
                        status="failed",
                        decline_reason=["insufficient_funds", "highest_risk_level", None][n % 3],
                        retries=failed[n % len(failed)] if failed and n % 2 else None,
                    )
                )
            case "settle":
                account.settle(self._charge(n, status="pending"))
            case "fail":
                account.fail(self._charge(n, status="pending"))
            case "reverse":
                debits = [id_ for id_ in self.charges if id_.startswith("py_")]
                account.reverse(
                    self._charge(n, among=debits, status="succeeded"), traced=n % 3 == 0
                )
            case "capture":
                charge = self._charge(n, status="succeeded", captured=False)
                account.capture(charge, [500, 700, 1000][n % 3], before_basil=n % 2 == 0)
            case "end":
                charge = self._charge(n, status="succeeded", captured=False)
                end = account.expire if n % 3 else account.cancel
                end(charge, before_basil=n % 2 == 0)
            case "refund":
                charge = self._charge(n, status="succeeded", captured=True)
                self.refunds.append(account.refund(charge, 10))
            case "refund the rest":
                charge = self._charge(n, status="succeeded", captured=True)
                record = account.charges[charge]
                rest = record.amount - record.amount_captured
                self.refunds.append(account.refund(charge, rest or None))
            case "fail refund":
                account.fail_refund(self.refunds[n % len(self.refunds)])
            case "dispute":
                charge = self._charge(n, status="succeeded", captured=True)
                self.disputes.append(account.dispute(charge))
            case "close dispute":
                account.close_dispute(self.disputes[n % len(self.disputes)], ["won", "lost"][n % 2])
            case "post late":
                self.charges.append(account.create_charge(700 + n, posted=False))
            case "edit email":
                customer = self.customers[-1 - n % min(3, len(self.customers))]
                account.edit_customer(customer, email=f"new{n}@example.com")
            case "edit metadata":
                customer = self.customers[-1 - n % min(3, len(self.customers))]
                account.edit_customer(customer, metadata={"visitor_id": f"v_{n}"})
            case "open session":
                self._open(n)
            case "pay session":
                self._pay(n)
            case "shop":
                self._open(n)
                self._pay(-1)
            case "expire session":
                account.expire_session(self._session(n))
            case "delete customer":
                account.delete_customer(self.customers[-1 - n % min(3, len(self.customers))])

    def _open(self, n: int) -> None:
        codes = [code.id for code in self.account.promotion_codes]
        if n % 4 == 0 and len(codes) < 3:
            codes = [self.account.create_promotion_code(f"CODE{n}", coupon="20-off")]
        session = self.account.create_session(
            1000 + n,
            mode="subscription" if n % 5 == 0 else "payment",
            client_reference_id=f"v_{n}",
            promotion_code=codes[n % len(codes)] if codes and n % 2 == 0 else None,
        )
        self.sessions.append(session)

    def _pay(self, n: int) -> None:
        session = self.account.checkout_sessions[self._session(n)]
        if session.mode == "subscription" or n % 3 == 0:
            self.customers.append(self.account.create_customer(f"s{n}@example.com"))
        charge = self.account.create_charge(
            session.amount_total,
            status="pending" if n % 2 else "succeeded",
            customer=self.customers[-1] if session.mode == "subscription" else None,
            payment_method_type="sepa_debit" if n % 2 else "card",
        )
        self.charges.append(charge)
        self.account.complete_session(session.id, charge, email=f"s{n}@example.com")

    def _session(self, n: int) -> str:
        """One of the latest open sessions, so that several actions meet the same one."""
        sessions = self.account.checkout_sessions
        possible = [id_ for id_ in self.sessions if sessions[id_].status == "open"][-4:]
        return possible[n % len(possible)]

    def _code(self, identifier: str | None) -> str | None:
        return self.account.promotion_codes[identifier].code if identifier else None

    def _reference(self, customer: str | None) -> str | None:
        record = self.account.customers[customer] if customer else None
        return record.metadata.get("visitor_id") if record and not record.deleted else None

    def _charge(self, n: int, among: list[str] | None = None, **needed: Any) -> str:
        """One of the latest suitable charges, so that several actions meet the same one."""
        possible = [
            id_
            for id_ in (self.charges if among is None else among)
            if all(getattr(self.account.charges[id_], k) == v for k, v in needed.items())
        ][-4:]
        return possible[n % len(possible)]

    def _settled(self, entry: LedgerEntry) -> int:
        """The settled amount of the captured part; the balance may have got the whole charge."""
        whole = self.account.balance_transactions[entry.balance_transaction or ""].amount
        if self.account.charges[entry.id].released:
            return round(Fraction(whole * entry.amount_captured, entry.amount))
        return whole

    def truth(self, *, settled: bool) -> dict[str, Any]:
        """The rows that the warehouse should hold, by stream."""
        account = self.account
        charges = {
            id_: (
                e.created,
                e.amount_captured,
                e.amount_refunded,
                e.refunded_amount,
                e.disputed,
                e.email,
                self._reference(e.customer),
                self._settled(e) if settled and e.balance_transaction else None,
            )
            for id_, e in account.ledger().charges.items()
        }
        return {
            "charges": charges,
            "failed_charges": {
                c.id: (
                    c.created,
                    c.amount,
                    c.failure_code,
                    (c.decline_reason or "generic_decline") if c.method.type == "card" else None,
                    c.payment_intent,
                )
                for c in account.charges
                if c.status == "failed"
            },
            "customers": {c.id: (c.email, c.name) for c in account.customers if not c.deleted},
            "refunds": {r.id: (r.amount, r.status) for r in account.refunds},
            "disputes": {d.id: (d.amount, d.status) for d in account.disputes},
            "checkout_sessions": {
                s.id: (
                    s.status,
                    s.payment_status,
                    s.email,
                    s.customer,
                    self._code(s.promotion_code),
                )
                for s in account.checkout_sessions
                if s.status != "open"
            },
            "balance_transactions": {
                t.id: (
                    t.amount,
                    t.fee,
                    "available" if t.available_on <= account.now_epoch else "pending",
                )
                for t in account.balance_transactions
            },
        }
