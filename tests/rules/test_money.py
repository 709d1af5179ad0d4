"""Money: whole fen."""

import msgspec
import pytest

from oversight.values.money import MINOR_MAX, Money, Sum, from_yuan_text, to_yuan_text


@pytest.mark.parametrize(
    ("minor", "text"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123450, "1234.50"),
     (MINOR_MAX, "92233720368547758.07")],
)  # fmt: skip
def test_fen_and_yuan_stand_for_each_other(minor, text):
    assert to_yuan_text(Money(minor)) == text
    assert from_yuan_text(text) == Money(minor)


@pytest.mark.parametrize(
    "text",
    ["1", "1.5", "1.500", "01.00", "+1.00", "1,000.00", " 1.00", "1.00\n", "1e3", "-0.00", ".50",
     "１.00", "92233720368547758.08", ""],
)  # fmt: skip
def test_an_amount_of_another_form_is_refused(text):
    with pytest.raises(ValueError, match=r"amount|zero"):
        from_yuan_text(text)


def test_sums_stay_in_their_currency():
    assert Money(5) + Money(7) - Money(2) == Money(10)
    with pytest.raises(AssertionError):
        Money(1) + Money(1, "USD")


def test_amounts_are_ordered():
    assert Money(1) < Money(2)


def test_a_sum_travels_as_yuan_with_two_decimals_and_a_currency():
    said = {"amount": "9999999999999999.99", "currency": "CNY"}
    assert msgspec.convert(said, Sum).money() == Money(999_999_999_999_999_999)


@pytest.mark.parametrize(
    "said",
    [1_000_000_000, "10.00", {"amount": 10, "currency": "CNY"}, {"amount": "10.00"},
     {"amount": "10", "currency": "CNY"}, {"amount": "-1.00", "currency": "CNY"},
     {"amount": "1.00", "currency": "USD"}, {"amount": "1.00\n", "currency": "CNY"},
     {"amount": "10000000000000000.00", "currency": "CNY"}],
)  # fmt: skip
def test_a_sum_of_another_form_is_refused(said):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, Sum)
