//! How do the lists of calls become programs that the kernel runs before each call?

use std::collections::BTreeMap;
use std::sync::LazyLock;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter, sock_filter,
};

use super::calls::{ABSENT, UNKNOWN, refused};

/// By call: any of the rules refuses it; without rules it is refused always.
pub(super) type Rules = BTreeMap<i64, Vec<SeccompRule>>;
pub(super) type Result<T> = std::result::Result<T, BackendError>;
type Programs = std::result::Result<[BpfProgram; 2], String>;

/// What each child gets: the programs do not change.
static WITHOUT_NETWORK: LazyLock<Programs> = LazyLock::new(|| programs(false));
static WITH_NETWORK: LazyLock<Programs> = LazyLock::new(|| programs(true));

/// Refuses the calls to this thread and all that it starts.
pub(super) fn enter(network: bool) -> std::result::Result<(), String> {
    let programs = if network { &WITH_NETWORK } else { &WITHOUT_NETWORK };
    for program in programs.as_ref().map_err(Clone::clone)? {
        apply_filter(program).map_err(|error| unavailable(&error))?;
    }
    Ok(())
}

fn unavailable(error: &dyn std::error::Error) -> String {
    format!("seccomp does not work here: {error}")
}

fn programs(network: bool) -> Programs {
    let make = || {
        let absent = ABSENT.iter().map(|call| (*call, Vec::new())).collect();
        Ok([compile(refused(network)?, libc::EPERM)?, without_unknown(compile(absent, libc::ENOSYS)?)])
    };
    make().map_err(|error: BackendError| unavailable(&error))
}

fn compile(rules: Rules, errno: i32) -> Result<BpfProgram> {
    let action = SeccompAction::Errno(errno.cast_unsigned());
    let arch = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, SeccompAction::Allow, action, arch)?.try_into()
}

/// Puts a look at the number in front: calls that came later, and those of another numbering (x32), do not exist.
fn without_unknown(program: BpfProgram) -> BpfProgram {
    // Of linux/filter.h and linux/seccomp.h.
    let (load_word, jump_if_at_least, answer) = (0x20, 0x35, 0x06);
    let enosys = 0x0005_0000 | libc::ENOSYS.cast_unsigned();
    let mut whole = vec![
        sock_filter { code: load_word, jt: 0, jf: 0, k: 0 },
        sock_filter { code: jump_if_at_least, jt: 0, jf: 1, k: UNKNOWN },
        sock_filter { code: answer, jt: 0, jf: 0, k: enosys },
    ];
    whole.extend(program);
    whole
}

/// A rule of which every condition has to hold.
pub(super) fn all<const N: usize>(conditions: [Result<SeccompCondition>; N]) -> Result<SeccompRule> {
    SeccompRule::new(conditions.into_iter().collect::<Result<_>>()?)
}

/// About one argument of a call, as 32 bits.
pub(super) fn condition(argument: u8, operator: SeccompCmpOp, value: u32) -> Result<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value.into())
}

/// About an argument that is a pointer.
pub(super) fn pointer(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value)
}

pub(super) fn is(argument: u8, value: u32) -> Result<SeccompCondition> {
    condition(argument, SeccompCmpOp::Eq, value)
}

pub(super) fn is_not(argument: u8, value: i32) -> Result<SeccompCondition> {
    condition(argument, SeccompCmpOp::Ne, value.cast_unsigned())
}
