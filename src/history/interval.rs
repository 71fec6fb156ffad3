//! Intervals: which commits of a range are looked at.

use super::PastCommit;

/// The distance between commits that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interval {
    /// Each commit.
    #[default]
    Commit,
    /// The last of each day, in UTC.
    Day,
    /// The last of each week, which begins on Monday.
    Week,
    /// Those that a tag names, and the newest.
    Tag,
}

impl Interval {
    /// Every interval, the shortest first.
    pub const ALL: [Self; 4] = [Self::Commit, Self::Day, Self::Week, Self::Tag];

    /// Returns the word on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Day => "day",
            Self::Week => "week",
            Self::Tag => "tag",
        }
    }

    /// Chooses the commits that are looked at, of some that are given oldest first.
    #[must_use]
    pub fn chosen(self, commits: Vec<PastCommit>) -> Vec<PastCommit> {
        let days = |commit: &PastCommit| commit.seconds.div_euclid(86_400);
        // 1970 began on a Thursday.
        let period = |commit: &PastCommit| match self {
            Self::Commit | Self::Tag => None,
            Self::Day => Some(days(commit)),
            Self::Week => Some((days(commit) + 3).div_euclid(7)),
        };
        let mut chosen: Vec<PastCommit> = Vec::new();
        for commit in commits {
            let follows = |last: &PastCommit| match self {
                Self::Commit => false,
                Self::Tag => !last.tagged,
                Self::Day | Self::Week => period(last) == period(&commit),
            };
            if chosen.last().is_some_and(follows) {
                chosen.pop();
            }
            chosen.push(commit);
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(interval: Interval, seconds: &[(i64, bool)]) -> Vec<String> {
        let commit = |(at, &(seconds, tagged)): (usize, &(i64, bool))| PastCommit {
            id: at.to_string(),
            seconds,
            tagged,
            ..PastCommit::default()
        };
        let commits = seconds.iter().enumerate().map(commit).collect();
        interval.chosen(commits).into_iter().map(|commit| commit.id).collect()
    }

    #[test]
    fn the_last_of_each_day_and_week_is_looked_at() {
        const DAY: i64 = 86_400;
        // 1970-01-04 was a Sunday.
        let commits = [(0, false), (DAY - 1, false), (3 * DAY, true), (4 * DAY, false), (4 * DAY + 5, false)];
        assert_eq!(ids(Interval::Commit, &commits), ["0", "1", "2", "3", "4"]);
        assert_eq!(ids(Interval::Day, &commits), ["1", "2", "4"]);
        assert_eq!(ids(Interval::Week, &commits), ["2", "4"]);
        assert_eq!(ids(Interval::Tag, &commits), ["2", "4"]);
        assert_eq!(ids(Interval::Tag, &[]), [""; 0]);
    }
}
