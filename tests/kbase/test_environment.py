"""What the environment may say, where it is right; where it is wrong see ``tests/test_up.py``."""

from __future__ import annotations

import pytest

from kbase import environment


def test_networks_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_FETCH_ALLOW", " 127.0.0.1/32, fd00::/8,")
    assert [str(network) for network in environment.networks()] == ["127.0.0.1/32", "fd00::/8"]


def test_mail_goes_by_smtp_with_the_port_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://me:secret@mail.example")
    settings = environment.email()
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"], settings["EMAIL_USE_TLS"]) == ("mail.example", 587, True)


@pytest.mark.parametrize("address", ["redis://queue.example/0", "amqp://queue.example"])
def test_a_broker_of_its_own_is_taken_as_it_is_given(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", address)
    assert environment.broker() == address
