"""Every colour can be read on its ground, by day and by night."""

import pytest

from dashboard.tokens import PALETTES, Palette, Theme, contrast_ratio, css_variables


@pytest.fixture(params=list(Theme))
def palette(request: pytest.FixtureRequest) -> Palette:
    return PALETTES[request.param]


def test_ink_on_the_fill_of_every_grade_is_five_to_one(palette: Palette) -> None:
    weak = [pair for pair in palette.grade if contrast_ratio(pair.fill, pair.ink) < 5.0]
    assert weak == []


def test_every_series_on_the_surface_is_six_to_one(palette: Palette) -> None:
    weak = {
        name: colour
        for name, colour in palette.series.items()
        if contrast_ratio(colour, palette.surface) < 6.0
    }
    assert weak == {}


def test_muted_text_can_be_read_on_page_and_surface(palette: Palette) -> None:
    assert min(contrast_ratio(palette.muted, g) for g in (palette.page, palette.surface)) >= 4.5
    assert min(contrast_ratio(palette.text, g) for g in (palette.page, palette.surface)) >= 7.0


def test_grades_differ_from_each_other_and_not_by_colour_alone(palette: Palette) -> None:
    assert len({pair.fill for pair in palette.grade}) == 5


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast_ratio("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#777777") == pytest.approx(1.0)
    assert contrast_ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_style_sheets_get_every_colour() -> None:
    declared = css_variables(Theme.DAY)
    assert "--grade-4-fill: #A80F2A;" in declared
    assert "--blood-pressure: #1F5FA8;" in declared
