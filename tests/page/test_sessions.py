"""A session's copy of the page's settings."""

from copy import copy

from gradio.blocks import BlocksConfig

from explorer.page.sessions import PageConfig, SessionConfig


def test_a_session_has_the_components_and_keeps_none_of_their_settings(page):
    assert type(page.default_config) is PageConfig
    session = copy(page.default_config)
    assert type(session) is SessionConfig
    assert session.blocks == page.blocks
    block = next(iter(page.blocks.values()))
    assert BlocksConfig.config_for_block(block._id, [], block)["id"] == block._id
    assert session.config_for_block(block._id, [], block) == {}
