//! The things that an expression can denote, and the trail that led there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Chain;
use crate::facts::{BindingId, DefinitionId, Name};
use crate::lang::ModuleRef;
use crate::source::{FileId, Span};

/// One meaning of an expression: what it is, every public path it was reached by, and the steps that led there.
#[derive(Debug, Clone)]
pub struct Denotation {
    /// The thing that the expression denotes.
    pub entity: Entity,
    /// Public and defining paths on the chain, the one nearest to the use first.
    pub paths: Chain<PathRef>,
    /// The steps of the chain, the one nearest to the use first.
    pub steps: Chain<Step>,
    /// The path outside the tree by which it was first named, of what is outside.
    pub(super) outside: Option<Arc<[Name]>>,
    /// A step of the chain is [`Step::Overridden`].
    pub(super) overridden: bool,
}

/// A thing that an expression can denote.
#[derive(Debug, Clone)]
pub enum Entity {
    /// A module or package of the tree.
    Module(ModuleRef),
    /// A class, function or other item of the tree.
    Item(ItemRef),
    /// A function of the tree reached as a member of a class.
    Method {
        /// The function.
        function: ItemRef,
        /// The class it was looked up on.
        class: Arc<Denotation>,
    },
    /// Something outside the tree, by its path; the path is the first of the denotation's paths.
    External,
    /// An instance of the class that the inner denotation is.
    Instance(Arc<Denotation>),
    /// The bases of a class, as seen by `super()`.
    Super(ItemRef),
    /// A meaning that is not followed further.
    Opaque,
}

/// An item of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemRef {
    /// The file that defines it.
    pub file: FileId,
    /// Its definition there.
    pub definition: DefinitionId,
}

/// A path by which something can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathRef {
    /// Outside the tree.
    External(Arc<[Name]>),
    /// A module of the tree, or a member of one.
    Tree {
        /// The module.
        module: ModuleRef,
        /// Members from there; empty for the module itself.
        members: Arc<[Name]>,
    },
}

impl PathRef {
    /// The path one member further.
    #[must_use]
    pub fn member(&self, name: &Name) -> Self {
        let extend = |names: &[Name]| names.iter().chain(std::iter::once(name)).cloned().collect();
        match self {
            Self::External(path) => Self::External(extend(path)),
            Self::Tree { module, members } => Self::Tree { module: *module, members: extend(members) },
        }
    }
}

/// A step from a use towards what it denotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Through a binding.
    Bound {
        /// The file of the binding.
        file: FileId,
        /// The binding.
        binding: BindingId,
    },
    /// A member found in a base class of this class.
    Inherited(ItemRef),
    /// Set by this subclass of the class whose method reads it.
    Overridden(ItemRef),
    /// The result of this function.
    Returned(ItemRef),
    /// Written in the body of this macro, which is called here.
    Expanded {
        /// The file that defines the macro.
        file: FileId,
        /// Its name there.
        span: Span,
    },
    /// Named by a literal string at run time.
    Dynamic {
        /// The file.
        file: FileId,
        /// The call.
        span: Span,
    },
}

impl Step {
    /// Returns the file in which the step stands.
    #[must_use]
    pub fn file(&self) -> FileId {
        match self {
            Self::Bound { file, .. } | Self::Expanded { file, .. } | Self::Dynamic { file, .. } => *file,
            Self::Inherited(item) | Self::Overridden(item) | Self::Returned(item) => item.file,
        }
    }

    /// Returns the file in which the step stands, to give it another number.
    pub fn file_mut(&mut self) -> &mut FileId {
        match self {
            Self::Bound { file, .. } | Self::Expanded { file, .. } | Self::Dynamic { file, .. } => file,
            Self::Inherited(item) | Self::Overridden(item) | Self::Returned(item) => &mut item.file,
        }
    }
}

impl Denotation {
    /// Something outside the tree.
    #[must_use]
    pub fn external(path: impl IntoIterator<Item = Name>) -> Self {
        let path: Arc<[Name]> = path.into_iter().collect();
        let paths = Chain::default().with(PathRef::External(Arc::clone(&path)));
        Self { entity: Entity::External, paths, outside: Some(path), ..Self::opaque() }
    }

    /// A module of the tree.
    #[must_use]
    pub fn module(module: ModuleRef) -> Self {
        let path = PathRef::Tree { module, members: Arc::from([]) };
        Self { entity: Entity::Module(module), paths: Chain::default().with(path), ..Self::opaque() }
    }

    /// A meaning that is not followed.
    #[must_use]
    pub fn opaque() -> Self {
        let (paths, steps) = (Chain::default(), Chain::default());
        Self { entity: Entity::Opaque, paths, steps, outside: None, overridden: false }
    }

    /// The same with one more step at the front.
    #[must_use]
    pub fn through(mut self, step: Step) -> Self {
        self.overridden |= matches!(step, Step::Overridden(_));
        self.steps = self.steps.with(step);
        self
    }

    /// Returns whether a subclass gives it, which the class itself may not mean.
    #[must_use]
    pub fn is_overridden(&self) -> bool {
        self.overridden
    }

    /// The same, also reached by this path.
    #[must_use]
    pub fn named(mut self, path: PathRef) -> Self {
        if self.paths.iter().next() != Some(&path) {
            self.paths = self.paths.with(path);
        }
        self
    }

    /// The path outside the tree that it is, if it is outside.
    #[must_use]
    pub fn external_path(&self) -> Option<&Arc<[Name]>> {
        self.outside.as_ref().filter(|_| matches!(self.entity, Entity::External))
    }
}
