"""What disputes and inquiries do to an account's money, and what Stripe tells of them."""

import pytest

from stripe_simulator.book import InvalidOperationError


def test_a_dispute_takes_money_away_until_it_is_won(account, told):
    charge = account.create_charge(1_000)
    told()
    dispute = account.dispute(charge)
    assert account.charges[charge].disputed
    assert told() == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    account.answer_dispute(dispute)
    account.close_dispute(dispute, "won")
    assert told() == [
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    taken, given = (
        account.balance_transactions[each]
        for each in account.disputes[dispute].balance_transactions
    )
    assert (taken.amount, given.amount) == (-1_000, 1_000)
    assert taken.fee > 0


def test_a_lost_dispute_keeps_the_money(account, told):
    dispute = account.dispute(account.create_charge(1_000))
    told()
    account.close_dispute(dispute, "lost")
    assert told() == ["charge.dispute.closed"]
    assert len(account.disputes[dispute].balance_transactions) == 1


def test_an_inquiry_moves_no_money_unless_it_escalates(account, told):
    charge = account.create_charge(1_000)
    told()
    inquiry = account.dispute(charge, inquiry=True)
    assert account.disputes[inquiry].balance_transactions == ()
    assert told() == ["charge.dispute.created"]
    account.escalate_dispute(inquiry)
    assert told() == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]
    assert len(account.disputes[inquiry].balance_transactions) == 1


def test_an_inquiry_can_be_closed_and_its_charge_refunded(account, told):
    charge = account.create_charge(1_000)
    inquiry = account.dispute(charge, inquiry=True)
    account.refund(charge, 100)
    account.close_inquiry(inquiry)
    assert account.disputes[inquiry].status == "warning_closed"
    assert told()[-1] == "charge.dispute.closed"


def test_a_disputed_charge_cannot_be_refunded(account):
    charge = account.create_charge(5)
    account.dispute(charge)
    with pytest.raises(InvalidOperationError):
        account.refund(charge)
