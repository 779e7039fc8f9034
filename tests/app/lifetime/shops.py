"""Customers of a shop that meets the assumptions of the models exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stripe_apex.lifetime.purchases import Histories, PurchaseModel
from stripe_apex.lifetime.values import ValueModel

PURCHASES = PurchaseModel(r=0.6, alpha=60.0, a=0.7, b=2.5)
VALUES = ValueModel(p=5.0, q=4.0, v=3000.0)


@dataclass(frozen=True)
class Customer:
    """Days and values of purchases; day 0 is that of the first one, `age` the last observed day."""

    age: int
    seen: list[tuple[float, float]]
    later: list[tuple[float, float]]


def simulate(customers: int, seed: int, span: int = 540, horizon: int = 365) -> list[Customer]:
    """Customers who came within `span` days, with their purchases in the next `horizon` days."""
    dice = np.random.default_rng(seed)
    shop = []
    for age in dice.integers(1, span, customers).tolist():
        rate, leaving = (
            dice.gamma(PURCHASES.r, 1 / PURCHASES.alpha),
            dice.beta(PURCHASES.a, PURCHASES.b),
        )
        scale = 1 / dice.gamma(VALUES.q, 1 / VALUES.v)
        bought, time = [(0.0, float(dice.gamma(VALUES.p, scale)))], 0.0
        while (time := time + dice.exponential(1 / max(rate, 1e-12))) <= age + horizon:
            bought.append((time, float(dice.gamma(VALUES.p, scale))))
            if dice.random() < leaving:
                break
        seen = [purchase for purchase in bought if purchase[0] <= age]
        shop.append(Customer(age, seen, bought[len(seen) :]))
    return shop


def histories(shop: list[Customer]) -> Histories:
    """The histories of the customers, as the model's input."""
    return Histories(
        np.array([len(customer.seen) - 1.0 for customer in shop]),
        np.array([customer.seen[-1][0] for customer in shop]),
        np.array([float(customer.age) for customer in shop]),
    )


def spent(shop: list[Customer]) -> tuple[np.ndarray, np.ndarray]:
    """The number and total value of repeat purchases, for customers who made any."""
    again = [customer.seen[1:] for customer in shop if len(customer.seen) > 1]
    return (
        np.array([float(len(purchases)) for purchases in again]),
        np.array([sum(value for _, value in purchases) for purchases in again]),
    )
