"""Where the app may listen, said in a sentence, and whom that lets in."""

import socket

import pytest

from explorer.web.address import check_address, known_names, listens_on, who_can_open


def test_where_it_listens():
    assert listens_on(None, {}) == "127.0.0.1"
    assert listens_on(None, {"GRADIO_SERVER_NAME": "0.0.0.0"}) == "0.0.0.0"  # noqa: S104 - Spaces
    assert listens_on("[::1]", {"GRADIO_SERVER_NAME": "0.0.0.0"}) == "::1"  # noqa: S104


def test_addresses_that_can_be_had():
    for host in ("127.0.0.1", "localhost", "0.0.0.0"):  # noqa: S104
        check_address(host, None)


@pytest.mark.parametrize("port", [None, 7999])
@pytest.mark.parametrize("host", ["203.0.113.9", "nonsense.invalid", "a" * 70, "ü..x", "::g"])
def test_a_host_that_is_not_ours_is_named_and_not_the_port(host, port):
    with pytest.raises(OSError, match="no address of this machine") as caught:
        check_address(host, port)
    assert str(caught.value).startswith(f"--host {host} is ")
    assert "Port" not in str(caught.value)


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"^Port {port} of 127.0.0.1 is taken; choose another"):
            check_address("127.0.0.1", port)
    for port in (0, -1, 65536):
        with pytest.raises(ValueError, match=f"--port must lie in 1..65535, not {port}"):
            check_address("127.0.0.1", port)


def test_on_this_machine_only_its_own_names_are_known():
    for host in ("127.0.0.1", "localhost", "::1"):
        assert known_names(host, (), False, {}) == ()
    assert known_names("127.0.0.1", ("a.example",), False, {}) == ("a.example",)


def test_where_the_app_is_for_others_any_name_will_do():
    assert known_names("0.0.0.0", (), False, {}) is None  # noqa: S104
    assert known_names("127.0.0.1", (), True, {}) is None
    assert known_names("127.0.0.1", (), False, {"SPACE_ID": "me/app"}) is None
    assert known_names("127.0.0.1", (), False, {"GRADIO_ROOT_PATH": "/explorer"}) is None
    assert known_names("10.0.0.7", ("a.example",), False, {}) == ("a.example",)


def test_the_log_says_who_can_open_it():
    assert who_can_open("localhost", None, False) is None
    assert who_can_open("10.0.0.7", None, False) == (
        "Everybody on the network of this machine can open the app; "
        "--code WORD would ask for a code."
    )
    assert who_can_open("127.0.0.1", "word", True) == (
        "Everybody who has the link can open the app with its code."
    )
