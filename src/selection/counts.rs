//! WorkCounts: how far an analysis has come, for people who wait for it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The files that were searched and asked so far, in the pass that runs.
#[derive(Debug, Default)]
pub struct WorkCounts {
    searched: AtomicUsize,
    to_search: AtomicUsize,
    asked: AtomicUsize,
    to_ask: AtomicUsize,
}

impl WorkCounts {
    /// Begins a pass over the texts of so many files.
    pub(super) fn search(&self, files: usize) {
        self.searched.store(0, Ordering::Relaxed);
        self.to_search.store(files, Ordering::Relaxed);
    }

    /// WorkCounts a file that was searched.
    pub(super) fn searched(&self) {
        self.searched.fetch_add(1, Ordering::Relaxed);
    }

    /// Begins to ask so many files.
    pub(super) fn ask(&self, files: usize) {
        self.asked.store(0, Ordering::Relaxed);
        self.to_ask.store(files, Ordering::Relaxed);
    }

    /// WorkCounts a file that was asked.
    pub(super) fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// Says in words how far it has come; empty before it begins.
    #[must_use]
    pub fn words(&self) -> String {
        let [searched, to_search, asked, to_ask] =
            [&self.searched, &self.to_search, &self.asked, &self.to_ask].map(|count| count.load(Ordering::Relaxed));
        let mut words = Vec::new();
        if to_search > 0 {
            words.push(format!("searched {searched} of {to_search}"));
        }
        if to_ask > 0 {
            words.push(format!("analysed {asked} of {to_ask}"));
        }
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pass_counts_from_the_beginning() {
        let counts = WorkCounts::default();
        assert_eq!(counts.words(), "");
        counts.search(3);
        counts.searched();
        assert_eq!(counts.words(), "searched 1 of 3");
        counts.ask(2);
        counts.asked();
        counts.asked();
        assert_eq!(counts.words(), "searched 1 of 3, analysed 2 of 2");
        counts.search(5);
        assert_eq!(counts.words(), "searched 0 of 5, analysed 2 of 2");
    }
}
