"""Whom a hospital's sign-in names, and for how long it is believed."""

import json

import pytest
from streamlit.web.server.server_util import AUTH_COOKIE_NAME, get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from dashboard.arrival import own_page
from dashboard.identity import ABSOLUTE_SIGN_IN_S, claimed_names, hospital_claims

NOW_S = 1_795_000_000.0


def test_the_username_comes_before_the_address() -> None:
    claims = {"iat": NOW_S - 60, "preferred_username": "n.amara", "email": "amara@ward.example"}
    assert claimed_names(claims, now_s=NOW_S) == ("n.amara", "amara@ward.example")


def test_an_unverified_address_names_nobody() -> None:
    claims = {"iat": NOW_S - 60, "email": "amara@ward.example", "email_verified": False}
    assert claimed_names(claims, now_s=NOW_S) == ()


def test_a_sign_in_ends_with_the_shift() -> None:
    claims = {"email": "amara@ward.example"}
    assert claimed_names({**claims, "iat": NOW_S - ABSOLUTE_SIGN_IN_S}, now_s=NOW_S) != ()
    assert claimed_names({**claims, "iat": NOW_S - ABSOLUTE_SIGN_IN_S - 1}, now_s=NOW_S) == ()


@pytest.mark.parametrize("issued", [None, "yesterday", float("inf")])
def test_a_sign_in_of_unknown_time_is_not_believed(issued: object) -> None:
    assert claimed_names({"iat": issued, "email": "amara@ward.example"}, now_s=NOW_S) == ()


def test_a_genuine_cookie_is_read_and_an_altered_one_is_not() -> None:
    payload = json.dumps({"is_logged_in": True, "email": "amara@ward.example", "iat": NOW_S})
    genuine = create_signed_value(get_cookie_secret(), AUTH_COOKIE_NAME, payload).decode("latin-1")
    assert hospital_claims({AUTH_COOKIE_NAME: genuine})["email"] == "amara@ward.example"
    other = create_signed_value("another secret", AUTH_COOKIE_NAME, payload).decode("latin-1")
    assert hospital_claims({AUTH_COOKIE_NAME: other}) == {}
    assert hospital_claims({AUTH_COOKIE_NAME: genuine[:-4]}) == {}
    assert hospital_claims({}) == {}


def test_who_signed_out_is_nobody() -> None:
    payload = json.dumps({"is_logged_in": False, "email": "amara@ward.example"})
    cookie = create_signed_value(get_cookie_secret(), AUTH_COOKIE_NAME, payload).decode("latin-1")
    assert hospital_claims({AUTH_COOKIE_NAME: cookie}) == {}


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/patient?encounter=ab12", "/patient?encounter=ab12"),
        ("/?kiosk=1", "/?kiosk=1"),
        ("//evil.example/x", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-out", "/"),
        ("/sign-in?next=%2F", "/"),
        ("/oauth2callback?code=x", "/"),
        ("/sign-outside", "/sign-outside"),
        (None, "/"),
    ],
)
def test_after_signing_in_one_lands_on_a_page_of_ours(asked: str | None, led_to: str) -> None:
    assert own_page(asked) == led_to
