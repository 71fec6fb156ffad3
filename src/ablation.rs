//! Ablation: switches that take single optimisations away, so that `benches/ablation.rs` can tell what each is worth.
//!
//! Without the feature `ablation`, with which nothing but that bench is built, [`is_off`] is the constant `false`.

/// An optimisation that changes no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optimisation {
    /// Not parsing files that have no word of the rules.
    Words,
    /// Not parsing files in which a word cannot be one of a symbol, by their imports.
    Imports,
    /// Not resolving values that no word leads to.
    Values,
    /// Leaving the lists of one walk to the next.
    Scratch,
    /// Jumps over blocks that do not write a variable.
    Jumps,
    /// Not searching texts again and again that have none of the words, by what filters know of them.
    Filters,
    /// Finding what a module means by a name once for all files that ask.
    Sharing,
    /// Reading Rust files only up to their last declaration of a module.
    Outlines,
}

impl Optimisation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Words,
        Self::Imports,
        Self::Values,
        Self::Scratch,
        Self::Jumps,
        Self::Filters,
        Self::Sharing,
        Self::Outlines,
    ];
}

#[cfg(feature = "ablation")]
static OFF: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(usize::MAX);

/// Takes one optimisation away, and gives all others back.
#[cfg(feature = "ablation")]
pub fn turn_off(optimisation: Option<Optimisation>) {
    OFF.store(optimisation.map_or(usize::MAX, |it| it as usize), std::sync::atomic::Ordering::SeqCst);
}

/// Returns whether an optimisation is taken away.
#[cfg(feature = "ablation")]
#[must_use]
pub fn is_off(optimisation: Optimisation) -> bool {
    OFF.load(std::sync::atomic::Ordering::Relaxed) == optimisation as usize
}

/// Returns whether an optimisation is taken away.
#[cfg(not(feature = "ablation"))]
#[must_use]
pub const fn is_off(_: Optimisation) -> bool {
    false
}
