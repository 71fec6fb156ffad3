//! Numbers that are the same in every run.

/// A generator of numbers (splitmix64): near seeds give unrelated programs.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // The same mixing as of each number: a multiple of the step would make near seeds parts of one sequence.
        let mut mixing = Self(seed);
        Self((mixing.roll(usize::MAX) as u64).rotate_left(17))
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    /// Whether something that happens so often of a hundred times happens.
    pub fn percent(&mut self, of_hundred: usize) -> bool {
        self.roll(100) < of_hundred
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}
