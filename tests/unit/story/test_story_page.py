import numpy as np

from local.story.pictures import COLUMNS, THUMBNAIL, contact_sheet, data_url
from local.story.report import Report, bar, code, figure, folded, quote, table

EVIL = "<script>alert('x')</script>"


def test_nothing_that_is_shown_can_become_markup(tmp_path):
    report = Report(title=EVIL, lead=EVIL, badges=[(EVIL, EVIL)])
    report.add(EVIL, EVIL, quote(EVIL), code(EVIL), table([EVIL], [[EVIL]]), figure("data:,", EVIL))
    report.add(EVIL, bar([(EVIL, 1.0)], whole=2.0), folded(EVIL, code(EVIL)))
    report.write(tmp_path / "page.html")

    assert "<script" not in (tmp_path / "page.html").read_text()


def test_the_page_needs_nothing_from_elsewhere(tmp_path):
    report = Report(title="A", lead="b")
    report.add("C", figure(data_url(np.zeros((2, 2), np.uint8)), "d"))
    report.write(tmp_path / "page.html")

    text = (tmp_path / "page.html").read_text()
    assert "http://" not in text
    assert "https://" not in text


def test_numbers_stand_to_the_right_with_their_headings():
    html = table(["What", "Times"], [["a call", 3]]).html

    assert "<th>What</th><th class=n>Times</th>" in html
    assert '<td class="n">3</td>' in html


def test_a_bar_is_as_long_as_its_share():
    assert "width:25.00%" in bar([("screening", 1.0)], whole=4.0).html


def test_a_missing_slice_is_seen_on_the_sheet():
    dark = np.zeros((8, 8), np.uint8)

    sheet = np.asarray(contact_sheet([dark, None, *[dark] * COLUMNS]))

    assert sheet.shape == (2 * THUMBNAIL, COLUMNS * THUMBNAIL)
    assert sheet[:THUMBNAIL, :THUMBNAIL].max() == 0
    assert sheet[:THUMBNAIL, THUMBNAIL : 2 * THUMBNAIL].mean() > 150
