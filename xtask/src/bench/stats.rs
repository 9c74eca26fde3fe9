//! Medians and spreads over rounds.

use std::fmt;

/// A median, with the least and the greatest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The value in the middle.
    pub median: f64,
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
}

impl Spread {
    /// Summarises values; `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let (low, high) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[middle - 1], values[middle])
        } else {
            values[middle]
        };
        Some(Spread { median, low, high })
    }
}

/// `median [low..high]` with the given precision: `{:.1}`.
impl fmt::Display for Spread {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = to.precision().unwrap_or(0);
        write!(
            to,
            "{:.digits$} [{:.digits$}..{:.digits$}]",
            self.median, self.low, self.high
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        let spread = Spread::of([5.0, 1.0, 9.0]).unwrap();
        assert_eq!(
            spread,
            Spread {
                median: 5.0,
                low: 1.0,
                high: 9.0
            }
        );
    }

    #[test]
    fn an_even_number_of_values_gives_the_mean_of_the_two_in_the_middle() {
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 100.0]).unwrap().median, 3.0);
    }

    #[test]
    fn nothing_has_no_median() {
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_spread_is_printed_with_its_ends() {
        let spread = Spread::of([10.0, 20.0, 40.0]).unwrap();
        assert_eq!(format!("{spread:.1}"), "20.0 [10.0..40.0]");
    }
}
