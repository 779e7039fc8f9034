"""The titles of the sections: each states what the section shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.report.economics import ratio
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.labels import label, listed, quoted, sentence
from stripe_apex.report.words import EXCLUDED, NO_VISIT, Words, worth
from tap_stripe_apex.errors import KEYS_URL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

REASONS = {
    "no_email": "since the payment has no email",
    "no_lead": "since no lead has the payer's email",
    "lead_after_charge": "since the lead came after the payment",
    "shared_mailbox": "since many people share the address",
}

_MATCHED = {
    "lead_too_old": "has a lead, but one that is too old",
    "no_visit": NO_VISIT,
    "excluded_channel": EXCLUDED,
}
"""Why matched revenue has no channel, as the end of a sentence."""

INTERVAL = (
    "Lift of revenue per exposed visitor over control, those who never paid counted as zero, with "
    "its 95% interval. Only this says what a change caused."
)


class Titles(Words):
    """One sentence for each section."""

    def revenue(self) -> str:
        """The title of the section on the way from gross to net revenue."""
        totals = self.report.totals
        if not totals:
            return "No revenue in these days"
        main = totals[0]
        refunded = ratio(main.refunded_minor + (main.disputed_minor or 0), main.gross_minor)
        if refunded is None:
            return "Nothing was captured in these days"
        least = "at least " if main.charges_with_unread_dispute else ""
        parts = [f"{least}{self.formats.percent(refunded, 1)} went back to customers"]
        if main.charges_with_fee:
            fees = ratio(main.fee_minor, main.gross_minor)
            least = "at least " if main.charges_without_fee else ""
            parts.append(f"{least}{self.formats.percent(fees, 1)} to Stripe")
        which = f"the {main.currency.upper()} captured" if len(totals) > 1 else "all captured"
        return f"Of {which}, {', '.join(parts)}"

    def not_kept(self) -> Iterator[str]:
        """The fees and disputes that are not known, and how to load them."""
        totals, formats = self.report.totals, self.formats
        without_fee = sum(total.charges_without_fee for total in totals)
        if without_fee:
            charges = sum(total.charges_with_fee + total.charges_without_fee for total in totals)
            which = f"{formats.number(without_fee)} of" if without_fee < charges else "any of the"
            remedy = (
                "What brings Stripe's rates brings it, too."
                if self.report.left_out
                else "To read it, grant the key Balance transactions: Read in the Dashboard "
                f"({KEYS_URL}) and set expand_balance_transactions to true."
            )
            which = f"{which} {formats.number(charges)} captured charges"
            yield f"Stripe's fee is not known for {which}. {remedy}"
        unread = [total for total in totals if total.charges_with_unread_dispute]
        if unread:
            number = sum(total.charges_with_unread_dispute for total in unread)
            amounts = listed(
                [formats.money(total.unread_dispute_minor, total.currency) for total in unread],
                most=len(unread),
                ready=True,
            )
            charges_are = "charge of {} is" if number == 1 else "charges of {} are"
            yield (
                f"{formats.number(number)} {charges_are.format(amounts)} disputed, and what was "
                "lost is not known: select disputes.* in meltano.yml and grant the key Disputes: "
                "Read."
            )
        if by_settled_rates := self.by_settled_rates():
            yield by_settled_rates

    def months(self) -> str:
        """The title of the section on revenue by month and channel."""
        by_month: dict[int, int] = {}
        for line in self.report.months:
            index = line.month.year * 12 + line.month.month
            by_month[index] = by_month.get(index, 0) + line.revenue_minor
        whole = sorted(by_month)[: None if self.report.last_month_is_whole else -1]
        for back, words in ((12, "a year before"), (3, "the three months before")):
            change = _change_of_three_months(by_month, whole, back)
            if change is not None:
                if change >= 1:
                    times = self.formats.number(change + 1, 1)
                    return f"The last three months brought {times} times as much as {words}"
                way = "more" if change >= 0 else "less"
                share = self.formats.percent(abs(change))
                return f"The last three months brought {share} {way} than {words}"
        total = self.formats.compact(sum(by_month.values()), self.report.scope.currency)
        number = len(by_month)
        if not number:
            return "No revenue in these days"
        return f"{total} net in {number} {'month' if number == 1 else 'months'}"

    def models(self) -> str:
        """The title of the section on revenue under each attribution model."""
        first: dict[str, int] = {}
        for model in self.report.scope.attribution_models:
            ranked = {
                channel: shares[model]
                for channel, shares in self.model_shares().items()
                if model in shares
            }
            if ranked:
                best = max(ranked, key=lambda channel: (ranked[channel], channel))
                first[best] = first.get(best, 0) + 1
        if not first:
            return "No revenue is credited to a channel"
        if self.stands_on_leads_alone:
            return "All of it stands on leads alone, so the attribution models cannot differ"
        models = sum(first.values())
        best, *others = sorted(first, key=lambda channel: (-first[channel], channel))
        if not others:
            return f"{sentence(quoted(best))} comes first under all {models} attribution models"
        rest = ", ".join(f"{quoted(channel)} under {first[channel]}" for channel in others[:2])
        return (
            f"{sentence(quoted(best))} comes first under {first[best]} of {models} attribution "
            f"models, {rest}"
        )

    def model_shares(self) -> dict[str, dict[str, Decimal]]:
        """Each channel's share of net revenue by attribution model."""
        shares: dict[str, dict[str, Decimal]] = {}
        for credit in self.report.credits:
            if credit.channel != UNATTRIBUTED:
                share = self.share(credit.revenue_minor)
                shares.setdefault(credit.channel, {})[credit.attribution_model] = share
        return shares

    def economics(self) -> str:
        """The title of the section on return on spend."""
        advice = self.advice
        if self.failed or self.broken:
            return "What spend brought back cannot be said while checks fail"
        if self.report.left_out and advice.paid:
            shown = self.report.alone
            return f"Whether spend comes back is open: these returns are of {shown} alone"
        if not advice.paid:
            return "What channels cost is not known yet"
        if not advice.paid[0].is_credited:
            return "What spend brought back cannot be said: no revenue is credited to a channel"
        winners, losers = (
            [self.name_of(line) for line in group] for group in (advice.winners, advice.losers)
        )
        if not winners and not losers:
            return "Whether the paid channels earn back their spend is open"
        parts = []
        if winners:
            verb = "earns back its" if len(winners) == 1 else "earn back their"
            parts.append(f"{sentence(listed(winners, ready=True))} {verb} spend")
        if losers:
            lost = listed(losers, ready=True)
            verb = "does not" if len(losers) == 1 else "do not"
            verb = verb if winners else f"{verb} earn back the spend"
            parts.append(f"{lost if winners else sentence(lost)} {verb}")
        return ", ".join(parts)

    def returns_of_a_part(self) -> str:
        """Why returns may differ while currencies are left out; empty if none is."""
        if not self.report.left_out:
            return ""
        codes = [line.currency.upper() for line in self.report.left_out]
        others = listed(codes, len(codes), ready=True)
        return (
            f" The same spend may have brought customers who pay in {others}, and they are left "
            "out, so the true returns are other ones."
        )

    def customers(self) -> str:
        """The title of the section on revenue from new and from returning customers."""
        lines = self.report.channels
        if not any(line.payers for line in lines):
            return "Nobody paid in these days"
        if self.report.maybe_new_customers:
            return self.who_may_be_new()
        share = ratio(
            sum(line.new_revenue_minor for line in lines), sum(line.revenue_minor for line in lines)
        )
        return f"First payments brought {self.formats.percent(share)} of net revenue"

    def cohorts(self) -> str:
        """The title of the section on LTV by cohort."""
        found = worth(self.report)
        if found is None:
            return "What a customer is worth, month by month"
        currency, age = self.report.scope.reporting_currency, found.age_months
        first, later = (self.formats.major(one, currency) for one in (found.first, found.later))
        months = "one month later" if age == 1 else f"after {age} months"
        return f"A customer brings {first} in the first month and has brought {later} {months}"

    def experiments(self) -> str:
        """The title of the section on experiments."""
        lines = self.report.experiments
        if self.experiments_lack_rates:
            return "What experiments brought cannot be said: some money has no exchange rate"
        if not lines:
            return "No experiment ran in these days"
        better = sum(line.verdict == "better" for line in lines)
        worse = sum(line.verdict == "worse" for line in lines)
        parts = []
        if better:
            parts.append(f"{better} raised revenue")
        if worse:
            parts.append(f"{worse} lowered {'it' if better else 'revenue'}")
        number = f"{len(lines)} {'comparison' if len(lines) == 1 else 'comparisons'}"
        return f"Of {number}, {' and '.join(parts) or 'none showed an effect on revenue'}"

    def experiments_note(self) -> str:
        """What the intervals of experiments mean, and which visitors are left out."""
        lines = self.report.experiments
        ids = [line.experiment_id for line in lines]
        left_out = sum(
            {line.experiment_id: line.visitors_of_several_variants for line in lines}.values()
        )
        notes = [INTERVAL]
        if any(line.is_running for line in lines):
            notes.append(
                "While an experiment runs, its interval is wider: it holds however often you look."
            )
        if len(set(ids)) < len(ids):
            notes.append(
                "Where an experiment has several variants, intervals and verdicts are corrected "
                "for their number."
            )
        if any(line.lift_low is None and line.difference_low is not None for line in lines):
            notes.append(
                "A lift without an interval has no bounds, since control earned too little to "
                "compare with; the verdict then rests on the difference in money."
            )
        if left_out:
            notes.append(
                f"{self.formats.number(left_out)} "
                f"{'visitor who saw' if left_out == 1 else 'visitors who saw'} several variants of "
                f"an experiment {'is' if left_out == 1 else 'are'} left out."
            )
        if any(line.verdict == "sample_ratio_mismatch" for line in lines):
            notes.append(
                "✕ The variants did not get equal shares of visitors, which chance does not "
                "explain: find the fault in the assignment before you believe the result."
            )
        if len(set(ids)) >= 5:
            notes.append("Of so many experiments, one in twenty looks like an effect by chance.")
        return " ".join(notes)

    def unmatched(self) -> str:
        """The title of the section on revenue that is credited to no channel."""
        share = self.share(self.report.unattributed_minor)
        if not share:
            return "All revenue is credited to a channel"
        lost = [line for line in self.report.unmatched if not line.is_attributed_by_touches]
        why = f", mostly {REASONS.get(lost[0].reason, label(lost[0].reason))}" if lost else ""
        if self.report.too_old_minor > sum(line.revenue_minor for line in lost):
            why = ", mostly since the payers' leads are too old and no visit counts"
        return f"{self.formats.percent(share)} of net revenue has no channel{why}"

    def why_without_channel(self) -> str:
        """Of each part of what no channel is credited with, why that is."""
        report, sentences = self.report, []

        def part(minor: int) -> str:
            share = self.formats.percent(ratio(minor, report.net_minor))
            return f"{self.formats.money(minor, report.scope.currency)} ({share} of net revenue)"

        lost = [line for line in report.unmatched if not line.is_attributed_by_touches]
        if lost:
            each = "; each payment stands under one remedy, which could match at most so much"
            sentences.append(
                f"{part(sum(line.revenue_minor for line in lost))} has no lead before "
                f"it{each if report.matched.remedies else ''}."
            )
        for line in self.without_channel_though_matched():
            sentences.append(f"{part(line.revenue_minor)} {_MATCHED[line.reason]}.")
            if line.reason == "lead_too_old":
                sentences.append(self.too_old)
        return " ".join(sentences)

    def checks(self) -> str:
        """The title of the section on the reconciliation."""
        checks = self.report.checks
        failed = sum(not check.passed for check in checks)
        if not checks:
            return "There is nothing to reconcile yet"
        if failed:
            return f"{failed} of {len(checks)} checks failed"
        passed = f"{len(checks)} checks passed, to the minor unit"
        if self.broken:
            number = self.formats.number(len(self.broken))
            parts = "part" if len(self.broken) == 1 else "parts"
            return f"{number} {parts} of the last build failed, though {passed}"
        return f"All {passed}"


def _change_of_three_months(
    by_month: dict[int, int], whole: list[int], months_back: int
) -> Decimal | None:
    """The last three complete months' change from those `months_back` earlier; None if unknown."""
    if not whole or whole[-1] - 2 - months_back < whole[0]:
        return None
    last, before = (
        sum(by_month.get(index, 0) for index in range(end - 2, end + 1))
        for end in (whole[-1], whole[-1] - months_back)
    )
    return ratio(last - before, before)
