//! Names: identifiers, each kept once for all files.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashSet};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An identifier, after NFKC normalisation. Eight bytes; the same text is the same memory, so that comparing for equality
/// reads none of it. Names live as long as the process.
#[derive(Clone)]
#[expect(clippy::borrowed_box, reason = "a reference to a text takes twice the space")]
pub struct Name(&'static Box<str>);

/// All names, in parts with a lock each. Of the crates for this, `ustr` takes 8 MB and 6 ms before the first name,
/// `string_cache` keeps all names in 4,096 chains, and `symbol_table` locks for every look at a text.
static NAMES: [Mutex<FxHashSet<Name>>; PARTS] = [const { Mutex::new(HashSet::with_hasher(FxBuildHasher)) }; PARTS];

const PARTS: usize = 64;

impl Name {
    /// Returns the name with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        // The lowest bits decide the place in the table of a part.
        let part = (FxBuildHasher.hash_one(text) >> 32) as usize % PARTS;
        let mut names = NAMES[part].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(text) {
            return known.clone();
        }
        let name = Self(Box::leak(Box::new(Box::from(text))));
        names.insert(name.clone());
        name
    }

    /// Returns 32 bits of a hash of its text, for what is kept of it; the same in every run of one version.
    #[must_use]
    pub fn short_hash(&self) -> u32 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        (hasher.finish() >> 32) as u32
    }

    /// Returns its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl Default for Name {
    fn default() -> Self {
        Self::new("")
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

// By text: by address the order would differ between runs.
impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { self.as_str().cmp(other.as_str()) }
    }
}

// As its text hashes, so that sets of names can be asked for a text.
impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&str>::deserialize(deserializer).map(Self::new)
    }
}

impl FromIterator<char> for Name {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> Self {
        Self::from(characters.into_iter().collect::<String>())
    }
}

impl PartialEq<Name> for &str {
    fn eq(&self, other: &Name) -> bool {
        *self == other.as_str()
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), f)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
