//! Harmless things: what has no effect when a module is loaded, by last names: only of things from outside the tree.
//!
//! In: nothing. Out: lists of names, separated by spaces.

/// Callables without an effect, by their last names; only those from outside the tree.
pub(super) const HARMLESS_CALLS: &str = "\
    TypeVar ParamSpec TypeVarTuple NewType namedtuple NamedTuple TypedDict Enum IntEnum field Field \
    object int float str bytes bool complex list dict set frozenset tuple range len min max sum sorted \
    reversed enumerate zip map filter abs round any all isinstance issubclass hasattr getattr callable \
    type repr format compile Path PurePath timedelta datetime date time Decimal Fraction UUID getenv \
    Lock RLock Event Condition Semaphore BoundedSemaphore ContextVar local defaultdict OrderedDict deque \
    Counter ChainMap MappingProxyType partial partialmethod cast auto itemgetter attrgetter ConfigDict \
    SettingsConfigDict join dirname basename abspath realpath exists resolve WeakValueDictionary \
    WeakKeyDictionary SimpleNamespace count NullHandler";

/// Decorators without an effect, by their last names; only those from outside the tree.
pub(super) const HARMLESS_DECORATORS: &str = "\
    property staticmethod classmethod abstractmethod abstractproperty cached_property lru_cache cache \
    wraps contextmanager asynccontextmanager overload final override dataclass dataclass_transform \
    total_ordering runtime_checkable singledispatch singledispatchmethod no_type_check deprecated unique \
    setter getter deleter validator field_validator model_validator root_validator computed_field \
    field_serializer model_serializer define frozen attrs s";

/// Base classes from third parties that keep no list of their subclasses.
pub(super) const HARMLESS_BASES: &str = "\
    BaseModel BaseSettings TypedDict Protocol Generic NamedTuple";

/// Returns whether a list has a name.
pub(super) fn lists(list: &str, name: &str) -> bool {
    list.split(' ').any(|it| it == name)
}
