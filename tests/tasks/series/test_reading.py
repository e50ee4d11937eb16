"""What people hand over as a series: each is read, or one sentence names the row."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from rnnviz.tasks import from_series
from rnnviz.tasks.series import Record

DAYS = pd.date_range("2021-01-01", periods=60, freq="D")
NUMBERS = [float(at % 7) + 0.5 for at in range(60)]
WHOLE = [f"{day:%Y-%m-%d},{value}" for day, value in zip(DAYS, NUMBERS, strict=True)]


def read(values):
    return from_series(values, lookback=4).record


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "data.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def commas(value):
    return str(value).replace(".", ",")


def test_a_list_an_array_a_tensor_and_a_pandas_series_are_the_same_series():
    given = [NUMBERS, tuple(NUMBERS), np.array(NUMBERS), torch.tensor(NUMBERS), pd.Series(NUMBERS), iter(NUMBERS)]
    for one in given:
        np.testing.assert_allclose(read(one).values[:, 0], NUMBERS)


def test_rows_of_several_numbers_are_features():
    rows = [[one, 2 * one] for one in NUMBERS]
    for given in (rows, np.array(rows), torch.tensor(rows), {"a": NUMBERS, "b": [2 * one for one in NUMBERS]}):
        np.testing.assert_allclose(read(given).values, rows)


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.int8, np.uint16, object])
def test_numbers_of_any_kind_are_read(kind):
    values = np.arange(60).astype(kind)
    assert read(values).values[59, 0] == 59.0


def test_exact_numbers_of_python_are_read():
    given = [Decimal("1.5"), Fraction(1, 4), 10**3, *NUMBERS]
    assert read(given).values[:3, 0].tolist() == [1.5, 0.25, 1000.0]


def test_none_and_nan_and_masked_values_are_gaps():
    holes = [*NUMBERS]
    holes[10] = None
    masked = np.ma.masked_array(NUMBERS, mask=np.arange(60) == 10)
    nan = np.array(NUMBERS)
    nan[10] = np.nan
    for given in (holes, masked, nan, pd.Series(holes, dtype="Float64")):
        record = read(given)
        assert record.missing[:, 0].nonzero()[0].tolist() == [10]
        assert record.values[10, 0] == (NUMBERS[9] + NUMBERS[11]) / 2


def test_gaps_at_the_ends_are_left_out_and_told():
    record = read([np.nan, np.nan, *NUMBERS, np.nan])
    assert record.values[:, 0].tolist() == NUMBERS
    assert record.notes == ("3 rows at the ends lack a value and were left out.",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,value\n" + "\n".join(WHOLE), "plain"),
        ("date,value\r\n" + "\r\n".join(WHOLE) + "\r\n", "Windows line ends"),
        ("date,value\r" + "\r".join(WHOLE), "old Mac line ends"),
        ("\ufeffdate,value\n" + "\n".join(WHOLE), "a byte order mark"),
        ("date;value\n" + "\n".join(commas(one).replace(",", ";", 1) for one in WHOLE), "semicolons, decimal commas"),
        ("date\tvalue\n" + "\n".join(one.replace(",", "\t") for one in WHOLE), "tabs"),
        ("date|value\n" + "\n".join(one.replace(",", "|") for one in WHOLE), "bars"),
        ("# a comment\n\ndate , value\n\n" + "\n".join(one.replace(",", " , ") for one in WHOLE), "comments, blanks"),
        ('"date","value"\n' + "\n".join(f'"{one[:10]}","{one[11:]}"' for one in WHOLE), "quotes"),
        ("\n".join(WHOLE), "no names"),
        (",date,value\n" + "\n".join(f"{at},{one}" for at, one in enumerate(WHOLE)), "pandas' row numbers"),
        ("date,value,sky\n" + "\n".join(f"{one},sunny" for one in WHOLE), "a column of words"),
        ("value,date\n" + "\n".join(f"{one[11:]},{one[:10]}" for one in WHOLE), "dates last"),
        ("date,value\n" + "\n".join(reversed(WHOLE)), "newest first"),
        ("date,value\n" + "\n".join([*WHOLE, WHOLE[-1]]), "the last row twice"),
        ("date,value\n" + "\n".join(f"{day:%d.%m.%Y},{one}" for day, one in zip(DAYS, NUMBERS, strict=True)), "31.1."),
        ("date,value\n" + "\n".join(f"{day:%m/%d/%Y},{one}" for day, one in zip(DAYS, NUMBERS, strict=True)), "1/31/"),
        ("date,value\n" + "\n".join(f"{day:%Y%m%d},{one}" for day, one in zip(DAYS, NUMBERS, strict=True)), "20210131"),
        ("date,value\n" + "\n".join(f"{one[:10]}T00:00:00+01:00{one[10:]}" for one in WHOLE), "a time zone"),
        ("date,value\n" + "\n".join(f"{one[:10]}T12:00:00Z{one[10:]}" for one in WHOLE), "noon in Greenwich"),
        ("sep=,\ndate,value\n" + "\n".join(WHOLE), "a spreadsheet's own first line"),
        ("date,value\n" + "\n".join(f"{one}," for one in WHOLE), "a comma behind each line"),
        ("date,value,\n" + "\n".join(f"{one}," for one in WHOLE), "a comma behind each line and the names"),
        ("date,hour,value\n" + "\n".join(f"{one[:10]},09:30{one[10:]}" for one in WHOLE), "the hour in its own column"),
        (
            "time,value\n" + "\n".join(f"{day.timestamp():.0f},{n}" for day, n in zip(DAYS, NUMBERS, strict=True)),
            "1970",
        ),
        ("ts,value\n" + "\n".join(f"{day.timestamp():.0f}000,{n}" for day, n in zip(DAYS, NUMBERS, strict=True)), "ms"),
    ],
    ids=lambda text: text if len(text) < 40 else "",
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_csv_file_is_read_however_it_is_written(file, text, said, encoding):
    record = read(file(text, encoding))
    assert record.values[:, 0].tolist() == NUMBERS, said
    assert record.stamps is not None
    assert [str(one)[:10] for one in record.stamps] == [f"{day:%Y-%m-%d}" for day in DAYS], said
    assert record.names == (("column 2",) if said == "no names" else ("value",))


def test_a_path_may_be_a_string(file):
    path = file("value\n" + "\n".join(map(str, NUMBERS)))
    np.testing.assert_array_equal(read(str(path)).values, read(path).values)


def test_one_column_with_decimal_commas_is_one_column(file):
    record = read(file("\n".join(["Wert", *map(commas, NUMBERS), "13"])))
    assert record.values[:, 0].tolist() == [*NUMBERS, 13.0]


def test_thousands_are_told_from_decimals(file):
    german = "Tag;Wert\n" + "\n".join(f"{day:%d.%m.%Y};1.234,{at:02}" for at, day in enumerate(DAYS))
    english = "day,value\n" + "\n".join(f'{day:%Y-%m-%d},"1,234.{at:02}"' for at, day in enumerate(DAYS))
    for text in (german, english):
        np.testing.assert_allclose(read(file(text)).values[:, 0], 1234 + np.arange(60) / 100)


@pytest.mark.parametrize("number", ["1,234", "12,000", "-7,125"])
def test_a_comma_between_semicolons_is_decimal_even_before_three_digits_and_that_is_told(file, number):
    task = from_series(file("day;value\n" + "\n".join(f"{day:%Y-%m-%d};{number}" for day in DAYS)), lookback=5)
    assert task.record.values[:, 0].tolist() == [float(number.replace(",", "."))] * 60
    assert f"{number!r} was read as {float(number.replace(',', '.')):g}" in task.source


def test_a_comma_in_quotes_before_three_digits_is_for_thousands_and_that_is_told(file):
    task = from_series(file("day,value\n" + "\n".join(f'{day:%Y-%m-%d},"1,234"' for day in DAYS)), lookback=5)
    assert task.record.values[:, 0].tolist() == [1234.0] * 60
    assert "'1,234' was read as 1234" in task.source


@pytest.mark.parametrize("number", ["0,125", "1,250e-1", "-0,125"])
def test_what_cannot_be_thousands_is_decimal(number):
    record = read({"value": [number] * 60})
    assert record.values[:, 0].tolist() == [float(number.replace(",", "."))] * 60
    assert record.notes == ()


def test_decimal_commas_with_zeros_behind_them_are_one_column_without_a_name_too(file):
    record = read(file("\n".join(f"{12 + at % 3},{at:02}" for at in range(60))))
    np.testing.assert_allclose(record.values[:, 0], [12 + at % 3 + at / 100 for at in range(60)])


def test_dates_of_two_readings_are_read_so_that_the_steps_are_even(file):
    days = pd.date_range("2001-01-01", periods=60, freq="MS")
    text = "date,value\n" + "\n".join(f"{day:%d/%m/%Y},{one}" for day, one in zip(days, NUMBERS, strict=True))
    record = read(file(text))
    assert [str(one)[:10] for one in record.stamps] == [f"{day:%Y-%m-%d}" for day in days]
    assert record.season == 12


def test_weeks_as_iso_counts_them_are_dates(file):
    text = "week,value\n" + "\n".join(f"2020-W{at:02},{NUMBERS[at]}" for at in range(1, 53))
    record = read(file(text))
    assert str(record.stamps[0])[:10] == "2019-12-30"
    assert record.season == 52


@pytest.mark.parametrize("key", [str, lambda day: day, lambda day: day.date(), np.datetime64])
def test_a_number_for_each_date_is_a_series(key):
    pairs = [(key(day), one) for day, one in zip(DAYS, NUMBERS, strict=True)]
    for record in (read(dict(pairs)), read(pairs)):
        assert record.values[:, 0].tolist() == NUMBERS
        assert [str(one)[:10] for one in record.stamps] == [f"{day:%Y-%m-%d}" for day in DAYS]


def test_one_row_is_told_as_one():
    assert read([None, *NUMBERS]).notes == ("1 row at an end lacks a value and was left out.",)
    assert "1 date without a row was put in." in read(pd.Series(NUMBERS, DAYS).drop(DAYS[9])).notes


def test_latin_letters_and_a_minus_of_typography_are_read(file):
    text = "Tag;Temperatur °C\n" + "\n".join(f"{day:%Y-%m-%d};\u2212{at}" for at, day in enumerate(DAYS, 1))
    record = read(file(text))
    assert record.names == ("Temperatur °C",)
    assert record.values[59, 0] == -60
    assert read(file("Höhe\n" + "\n".join(map(str, NUMBERS)), "latin-1")).names == ("Höhe",)


@pytest.mark.parametrize("word", ["", "NA", "NaN", "n/a", "null", "-", "?", "None", "#N/A"])
def test_the_words_for_no_number_are_gaps(file, word):
    lines = [*WHOLE]
    lines[30] = f"{lines[30][:10]},{word}"
    assert read(file("\n".join(["date,value", *lines]))).missing[:, 0].nonzero()[0].tolist() == [30]


def test_a_date_that_is_missing_is_put_in_and_told(file):
    record = read(file("\n".join(["date,value", *WHOLE[:20], *WHOLE[23:]])))
    assert len(record.values) == 60
    assert record.missing[:, 0].nonzero()[0].tolist() == [20, 21, 22]
    assert "3 dates without a row were put in." in record.notes


@pytest.mark.parametrize(
    ("stamps", "season"),
    [
        (pd.date_range("2001-01-31", periods=60, freq="ME"), 12),
        (pd.date_range("2001-01-01", periods=60, freq="MS", tz="Europe/Berlin"), 12),
        (pd.period_range("2001-01", periods=60, freq="M"), 12),
        (pd.date_range("2001-01-01", periods=60, freq="QS"), 4),
        (pd.date_range("1901-01-01", periods=60, freq="YS"), None),
        (pd.date_range("2001-01-01", periods=60, freq="W"), 52),
        (pd.date_range("2001-01-01", periods=60, freq="D"), 7),
        (pd.date_range("2021-03-20", periods=60, freq="D", tz="Europe/Berlin"), 7),  # 28 March has 23 hours
        (pd.date_range("2001-01-01", periods=60, freq="B"), 5),
        (pd.date_range("2021-03-27", periods=60, freq="h", tz="Europe/Berlin"), 24),  # an hour that the clock skips
        (pd.date_range("2021-10-30", periods=60, freq="h", tz="Europe/Berlin"), 24),  # an hour that it shows twice
    ],
    ids=str,
)
def test_the_steps_of_a_calendar_are_even(stamps, season):
    record = read(pd.Series(NUMBERS, stamps))
    assert record.values[:, 0].tolist() == NUMBERS
    assert not record.missing.any()
    assert record.season == season


@pytest.mark.parametrize("freq", ["MS", "ME", "QS", "W", "B", "h"])
def test_a_row_that_is_missing_in_a_calendar_is_found_at_its_place(freq):
    stamps = pd.date_range("2020-01-01", periods=60, freq=freq)
    record = read(pd.Series(NUMBERS, stamps).drop(stamps[33]))
    assert record.missing[:, 0].nonzero()[0].tolist() == [33]


def test_a_table_of_pandas_keeps_numbers_and_leaves_words_out():
    frame = pd.DataFrame({"when": DAYS, "a": NUMBERS, "sky": "blue", "b": [commas(one) for one in NUMBERS]})
    record = read(frame)
    assert record.names == ("a", "b")
    np.testing.assert_array_equal(record.values[:, 0], record.values[:, 1])
    assert record.labels(slice(0, 1)) == ("2021-01-01",)
    assert record.notes == ("The column 'sky' holds words and was left out.",)


def test_columns_of_one_name_are_told_apart():
    frame = pd.DataFrame(np.column_stack([NUMBERS, NUMBERS]), columns=["a", "a"])
    assert read(frame).names == ("a", "a (2)")


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9, -3.7])
def test_a_constant_series_is_read_and_stays_finite(constant):
    task = from_series([constant] * 80, lookback=5, horizon=2)
    assert torch.equal(task.held_out().inputs, torch.zeros_like(task.held_out().inputs))
    assert set(task.baselines().values()) == {0.0}


def test_a_feature_that_is_constant_while_training_stays_finite():
    values = np.column_stack([NUMBERS, [0.1] * 50 + [5.0] * 10])
    task = from_series(values, lookback=5)
    assert torch.isfinite(task.held_out().inputs).all()


def csv(*lines):
    return "\n".join(["date,value", *lines])


WRONG = {
    "infinite": ([*NUMBERS[:12], float("inf"), *NUMBERS], r"row 13 must be a finite number, got an infinite value"),
    "huge": ([*NUMBERS[:12], 1e300, *NUMBERS], r"row 13 must be a finite number"),
    "too large for a float": ([*NUMBERS[:3], 10**400], r"row 4 must be a finite number"),
    "words in a list": ([1.0, 2.0, "warm"], r"row 3 must be a number, got 'warm'"),
    "complex": ([1.0, 2j], r"row 2 must be a number"),
    "ragged": ([[1.0, 2.0], [3.0]], r"row 2 must have 2 numbers, as row 1 has, got 1"),
    "ragged the other way": ([1.0, [2.0]], r"row 2|row 1"),
    "three axes": (np.zeros((4, 4, 4)), r"axes \(time,\) or \(time, feature\), got shape \(4, 4, 4\)"),
    "a number": (3.0, r"values must be numbers over time"),
    "nothing": ([], r"values must have rows, got none"),
    "None": (None, r"values must be numbers over time"),
    "only gaps": ([np.nan] * 50, r"the column 'value' must have a value in half of the rows at least, got 0 in 50"),
    "dates alone": (DAYS.to_numpy(), r"values must be numbers, got datetime64"),
    "too short": ([1.0, 2.0, 3.0], r"the training part must be longer than lookback=4 \+ horizon=1, got 2 of 3 rows"),
    "time last": (np.zeros((3, 1000)), r"at most 256 features, got 1,000; axes are \(time, feature\)"),
    "words alone": (pd.DataFrame({"a": ["x", "y"] * 30}), r"must have a column of numbers, got 'a'"),
    "two indices": (pd.Series(NUMBERS, pd.MultiIndex.from_product([[1, 2], range(30)])), r"MultiIndex"),
    "a missing date": (pd.Series(NUMBERS, [*DAYS[:30], pd.NaT, *DAYS[31:]]), r"row 31 \(.*\) must have a date"),
    "names without columns": (
        {"a": 1, "b": 2},
        r"must have a column of numbers for each name, or a number for each date",
    ),
    "a tensor without numbers": (torch.zeros(60, device="meta"), r"a dense tensor of numbers, got one without numbers"),
    "a sparse tensor": (torch.eye(60).to_sparse(), r"a dense tensor of numbers, got one of layout torch\.sparse_coo"),
    "unequal columns": ({"a": [1, 2], "b": [1]}, r"columns of one length, got 'a' 2, 'b' 1"),
}
WRONG_FILES = {
    "a slip": (csv(*WHOLE[:9], "2021-01-10,abc", *WHOLE[10:]), r"line 11 of data\.csv, column 'value', .* got 'abc'"),
    "a date that is none": (csv(*WHOLE[:9], "2021-02-30,1", *WHOLE[10:]), r"line 11 of data\.csv must have a date"),
    "no date": (csv(*WHOLE[:9], ",1", *WHOLE[10:]), r"line 11 of data\.csv, column 'date', must have a date"),
    "one date twice": (csv(*WHOLE, "2021-01-10,99"), r"line 11 of .* and line 62 of .* have the same date, 2021-01-10"),
    "between two steps": (csv(*WHOLE, "2021-03-02 07:00,1"), r"line 62 of data\.csv"),
    "a field too many": (csv(*WHOLE[:9], "2021-01-10,1,2", *WHOLE[10:]), r"line 11 of data\.csv must have 2 fields"),
    "years apart": (csv("2021-01-01,1", "2021-01-02,2", "2021-01-03,2", "2025-01-01,3"), r"must fill at least half"),
    "infinite": (csv(*WHOLE[:9], "2021-01-10,inf", *WHOLE[10:]), r"line 11 of data\.csv must be a finite number"),
    "empty": ("", r"data\.csv must have lines of numbers, got an empty file"),
    "names alone": ("date,value\n", r"data\.csv must have lines of numbers, got one line, of names"),
    "words alone": ("a\n" + "x\n" * 60, r"must be a column of numbers, got 'x' in line 2 of data\.csv, column 'a'"),
    "a picture": (b"\x89PNG\r\n\x00\x00", r"data\.csv must be a text file"),
    "two decimal marks": (
        "date;value\n" + "\n".join(f"{one[:10]};{at}{'.,'[at % 2]}5" for at, one in enumerate(WHOLE)),
        r"line 3 of data\.csv, column 'value', must have the decimal mark of the other numbers, got '1,5'",
    ),
    "commas for everything": (
        "day,value\n" + "\n".join(f"{one[:10]},{at},5" for at, one in enumerate(WHOLE)),
        r"line 2 of data\.csv must have 2 fields, as the first line names, got 3; a decimal comma .* needs quotes",
    ),
    "a zone by its letters": (
        csv(*(f"{one[:10]} 12:00 CET{one[10:]}" for one in WHOLE)),
        r"line 2 of data\.csv, column 'date', must have a date that can be read, .* got '2021-01-01 12:00 CET'",
    ),
    "percent": ("share\n" + "5%\n" * 60, r"must be a column of numbers, got '5%' in line 2 of data\.csv"),
    "mixed zones": (
        csv(*(f"{one[:10]}T00:00Z{one[10:]}" for one in WHOLE[:30]), *WHOLE[30:]),
        r"line 32 of data\.csv must name a time zone",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_series_gets_a_sentence(case):
    values, words = WRONG[case]
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        read(values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("case", WRONG_FILES)
def test_what_is_no_series_in_a_file_gets_a_sentence_with_its_line(file, case):
    text, words = WRONG_FILES[case]
    with pytest.raises(ValueError, match=words) as caught:
        read(file(text))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file '.*nowhere\.csv'; check its folder and name"):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(IsADirectoryError, match="values must be a CSV file, got the folder"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lookback": 0}, "lookback must be at least 1, got 0"),
        ({"lookback": 4.5}, "lookback must be a whole number, got 4.5"),
        ({"lookback": 5, "horizon": 0}, "horizon must be at least 1, got 0"),
        ({"lookback": 5, "horizon": 30}, "the test part must be at least horizon=30 rows long, got 12 of 60"),
        ({"lookback": 5, "test_share": 0}, "test_share must be above 0"),
        ({"lookback": 5, "test_share": 1}, "test_share must be at most 0.8, got 1"),
        ({"lookback": 5, "name": 3}, "name must be"),
    ],
)
def test_settings_that_do_not_suit_are_named(given, words):
    with pytest.raises((TypeError, ValueError), match=words):
        from_series(NUMBERS, **given)


def test_a_record_of_dates_from_elsewhere_and_unsorted_is_put_in_order():
    moments = [datetime(2021, 1, 1) + timedelta(days=at) for at in range(60)]
    order = np.random.default_rng(0).permutation(60)
    record = Record.of({"day": [moments[at] for at in order], "value": [NUMBERS[at] for at in order]})
    assert record.values[:, 0].tolist() == NUMBERS
    assert record.notes == ("Rows were put in order of time.",)


@pytest.mark.timeout(60)
def test_very_long_words_are_no_dates_and_are_told_at_once():
    with pytest.raises(TypeError, match="a number for each date"):
        Record.of({"x" * 100_000: "y" * 100_000})
