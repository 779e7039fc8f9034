"""Any text that JSON can hold becomes one that UTF-8 can hold."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.wire.text import decoded, json_decoder, whole_characters

decode = json_decoder(dict[str, str])
anything = st.text(st.characters(exclude_categories=[]) | st.sampled_from('\\u"dD8'))


@given(st.dictionaries(anything, anything, max_size=5))
def test_lone_surrogates_are_replaced_and_all_else_stays(texts):
    body = json.dumps(texts).encode()
    # What Python's decoder makes of pairs of escapes counts, whatever the text was made of.
    lone = re.compile("[\ud800-\udfff]")
    wanted = {
        lone.sub("\ufffd", key): lone.sub("\ufffd", value)
        for key, value in json.loads(body).items()
    }
    assert decoded(body, decode) == wanted


@given(st.dictionaries(st.text(), st.text()))
def test_what_is_whole_is_not_touched(texts):
    for ascii_ in (True, False):
        body = json.dumps(texts, ensure_ascii=ascii_).encode()
        assert whole_characters(body) == body


def test_bytes_that_are_no_utf_8_are_replaced_too():
    assert decoded(b'{"a": "x\xed\xa0\xbdy"}', decode)["a"].strip("xy") == "\ufffd" * 3
