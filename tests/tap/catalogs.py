"""Catalogs as `--discover` writes them, with selected streams."""

from tap_stripe_apex.tap import TapStripeApex


def discover(url):
    return TapStripeApex(config={"api_key": "rk_test_x", "api_base": url}).catalog_dict


def select(url, *streams, method="LOG_BASED"):
    catalog = discover(url)
    for stream in catalog["streams"]:
        stream["replication_method"] = method
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    return catalog
