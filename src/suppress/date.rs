//! Calendar days, for suppressions that end.
//!
//! In: `2027-01-31`, or seconds since 1970. Out: a day that can be compared. Reads no clock: the shell says what day it
//! is.

use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i64,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; none if it is no day of the calendar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = |at: usize| !matches!(at, 4 | 7);
        let well_formed = bytes.len() == 10
            && bytes
                .iter()
                .enumerate()
                .all(|(at, &byte)| if digits(at) { byte.is_ascii_digit() } else { byte == b'-' });
        if !well_formed {
            return None;
        }
        let date =
            Self { year: text[..4].parse().ok()?, month: text[5..7].parse().ok()?, day: text[8..].parse().ok()? };
        (1..=12).contains(&date.month).then_some(())?;
        (1..=days_in(date.year, date.month)).contains(&date.day).then_some(date)
    }

    /// The day, in UTC, of a number of seconds since 1970.
    #[must_use]
    pub fn of_seconds(seconds: i64) -> Self {
        // Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last of its year.
        let days = seconds.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }

    /// Writes a number of seconds since 1970 as `2026-01-31T10:00:00Z`.
    #[must_use]
    pub fn moment(seconds: i64) -> String {
        let of_day = seconds.rem_euclid(86_400);
        let (hours, minutes) = (of_day / 3_600, of_day / 60 % 60);
        format!("{}T{hours:02}:{minutes:02}:{:02}Z", Self::of_seconds(seconds), of_day % 60)
    }
}

fn days_in(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_read() {
        for day in ["2027-01-31", "2024-02-29", "2000-02-29"] {
            assert_eq!(Date::parse(day).map(|date| date.to_string()).as_deref(), Some(day));
        }
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-04-31",
            "27-01-01",
            "2027-1-31",
            "ü027-01-31",
            "",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_of_seconds_and_their_order() {
        let shown = |seconds| Date::of_seconds(seconds).to_string();
        assert_eq!(shown(0), "1970-01-01");
        assert_eq!(shown(-1), "1969-12-31");
        assert_eq!(shown(951_782_399), "2000-02-28");
        assert_eq!(shown(951_782_400), "2000-02-29");
        assert_eq!(shown(1_767_225_599), "2025-12-31");
        assert_eq!(shown(1_767_225_600), "2026-01-01");
        assert_eq!(Date::moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(Date::moment(1_767_323_045), "2026-01-02T03:04:05Z");
        assert!(Date::parse("2026-12-31") < Date::parse("2027-01-01"));
    }
}
