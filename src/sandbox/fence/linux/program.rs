//! How do the lists of calls become programs that the kernel runs before each call?

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::fd::OwnedFd;
use std::sync::LazyLock;

use rustix::fs::{MemfdFlags, memfd_create};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter, sock_filter,
};

use super::calls::{ABSENT, UNKNOWN, Walls, refused};

/// By call: any of the rules refuses it; without rules it is refused always.
pub(super) type Rules = BTreeMap<i64, Vec<SeccompRule>>;
pub(super) type Result<T> = std::result::Result<T, BackendError>;
type Program = std::result::Result<BpfProgram, String>;

/// What each child gets: the programs do not change.
static BEHIND_LANDLOCK: LazyLock<Program> = LazyLock::new(|| program(Walls::Landlock { network: false }));
static WITH_NETWORK: LazyLock<Program> = LazyLock::new(|| program(Walls::Landlock { network: true }));
static IN_NAMESPACES: LazyLock<Program> = LazyLock::new(|| program(Walls::Namespaces));

/// Refuses the calls to this thread and all that it starts.
pub(super) fn enter(network: bool) -> std::result::Result<(), String> {
    let program = if network { &WITH_NETWORK } else { &BEHIND_LANDLOCK };
    apply_filter(program.as_ref().map_err(Clone::clone)?).map_err(|error| unavailable(&error))
}

/// The program for a child in namespaces, as the file that `bwrap` reads it from; it is closed when we start others.
pub(in crate::sandbox) fn file_for_bubblewrap() -> std::result::Result<OwnedFd, String> {
    let program = IN_NAMESPACES.as_ref().map_err(Clone::clone)?;
    let bytes: Vec<u8> = program.iter().flat_map(bytes_of).collect();
    let write = || -> io::Result<OwnedFd> {
        let mut file = File::from(memfd_create("calls", MemfdFlags::CLOEXEC)?);
        file.write_all(&bytes)?;
        file.rewind()?;
        Ok(file.into())
    };
    write().map_err(|error| unavailable(&error))
}

/// An instruction as the kernel has it in memory.
fn bytes_of(instruction: &sock_filter) -> [u8; 8] {
    let [code, code_end] = instruction.code.to_ne_bytes();
    let [k, k2, k3, k4] = instruction.k.to_ne_bytes();
    [code, code_end, instruction.jt, instruction.jf, k, k2, k3, k4]
}

fn unavailable(error: &dyn std::error::Error) -> String {
    format!("seccomp does not work here: {error}")
}

fn program(walls: Walls) -> Program {
    let make = || -> Result<BpfProgram> {
        let action = SeccompAction::Errno(libc::EPERM.cast_unsigned());
        let arch = std::env::consts::ARCH.try_into()?;
        SeccompFilter::new(refused(walls)?, SeccompAction::Allow, action, arch)?.try_into()
    };
    make().map(without_absent).map_err(|error| unavailable(&error))
}

/// Puts a look at the number in front: some calls do not exist here, nor do those that came later and those of another
/// numbering (x32).
fn without_absent(program: BpfProgram) -> BpfProgram {
    // Of linux/filter.h and linux/seccomp.h.
    let (load_word, jump_if_at_least, jump_if_equal, answer) = (0x20, 0x35, 0x15, 0x06);
    let enosys = 0x0005_0000 | libc::ENOSYS.cast_unsigned();
    let mut whole = vec![sock_filter { code: load_word, jt: 0, jf: 0, k: 0 }];
    let mut absent = |jump: u16, number: u32| {
        whole.push(sock_filter { code: jump, jt: 0, jf: 1, k: number });
        whole.push(sock_filter { code: answer, jt: 0, jf: 0, k: enosys });
    };
    absent(jump_if_at_least, UNKNOWN);
    for call in ABSENT {
        absent(jump_if_equal, u32::try_from(*call).unwrap_or(UNKNOWN));
    }
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
