"""stripe-python's own auto-paging, as its documentation shows it: URL KEY START [MOST]"""

import json
import sys
from itertools import islice

import stripe

url, key, start, *most = sys.argv[1:]
client = stripe.StripeClient(key, base_addresses={"api": url})
charges = client.v1.charges.list(
    {"limit": 100, "created": {"gte": int(start)}, "expand": ["data.customer"]}
)
for charge in islice(charges.auto_paging_iter(), int(most[0]) if most else None):
    print(json.dumps(charge.to_dict(recursive=True)))
