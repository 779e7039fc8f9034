"""Tokens that are good once and for a while."""

from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from stripe_apex.connect.once import OneTimeTokens, secrets_match

LIFE = timedelta(minutes=5)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_token_is_redeemed_once():
    tokens = OneTimeTokens(LIFE)
    token = tokens.issue()
    assert tokens.redeem(token)
    assert not tokens.redeem(token)
    assert not tokens.outstanding


def test_a_token_dies_after_five_minutes():
    clock = Clock()
    tokens = OneTimeTokens(LIFE, clock=clock)
    token = tokens.issue()
    clock.now = 299.9
    assert tokens.outstanding
    clock.now = 300.0
    assert not tokens.outstanding
    assert not tokens.redeem(token)


def test_two_tabs_may_be_at_stripe_at_once():
    tokens = OneTimeTokens(LIFE)
    first, second = tokens.issue(), tokens.issue()
    assert tokens.redeem(second)
    assert tokens.redeem(first)


def test_nobody_can_fill_the_memory_with_tokens():
    tokens = OneTimeTokens(LIFE)
    issued = [tokens.issue() for _ in range(100)]
    assert len([token for token in issued if tokens.redeem(token)]) == 16


@given(st.text())
def test_nothing_else_is_redeemed(guess):
    tokens = OneTimeTokens(LIFE)
    token = tokens.issue()
    assert tokens.redeem(guess) == (guess == token)
    assert tokens.redeem(token)


@given(st.text(st.characters()), st.text(st.characters()))
@example("\ud800", "")
@example("", "\udfff")
@example("\ud800", "\ud800")
@example("\ud800\udc00", "\U00010000")
def test_secrets_match_exactly_if_they_are_equal(known, given_):
    assert secrets_match(known, given_) == (known == given_)
