"""How a person fills the fields of a page: by what is seen, one step after the other."""

from playwright.sync_api import Page, expect


def type_and_choose(page: Page, typed: str, name: str) -> None:
    """Type into the list field that has the focus, and take the option once it is marked."""
    page.keyboard.type(typed)
    option = page.get_by_role("option", name=name)
    expect(option).to_be_visible()
    expect(option).to_have_attribute("data-focused", "true")
    page.keyboard.press("Enter")
    expect(option).to_be_hidden()
