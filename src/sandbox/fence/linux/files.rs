//! What may a child open, where no mounts hide the rest? Its view of the machine as rules of Landlock.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreated, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use crate::sandbox::view::{SYSTEM, View, settings};

/// The newest rules that we know; older kernels have fewer.
const NEWEST: ABI = ABI::V9;
/// The oldest with which nothing outside of the view can be changed: before it `truncate` was not held.
const OLDEST: ABI = ABI::V3;

/// Files of `/proc` and `/sys` that name no process. No more: whatever belongs to a process names the others, too.
const MACHINE: &[&str] = &[
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/kernel",
    "/proc/sys/vm/overcommit_memory",
    "/proc/uptime",
    "/proc/version",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup/cpu.max",
    "/sys/kernel/mm/transparent_hugepage",
];

/// Devices without a memory.
const DEVICES: &[&str] = &["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Everything that a child may open, opened; the error says why that does not work here.
pub(super) fn ruleset(view: &View, network: bool) -> Result<RulesetCreated, String> {
    make(view, network).map_err(|error| reason(&error))
}

/// Lets this thread, and all that it starts, open nothing else.
pub(super) fn enter(ruleset: RulesetCreated) -> Result<(), String> {
    let status = ruleset.restrict_self().map_err(|error| reason(&error))?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("the kernel does not enforce Landlock".into()),
        RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced => Ok(()),
    }
}

fn make(view: &View, network: bool) -> Result<RulesetCreated, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(OLDEST))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    if !network {
        ruleset = ruleset.handle_access(AccessNet::from_all(NEWEST))?;
    }
    let seen = |is_writable: bool| {
        view.parts.iter().filter(move |part| part.is_writable == is_writable).map(|part| part.path.clone())
    };
    let readable: Vec<PathBuf> =
        SYSTEM.iter().chain(MACHINE).map(PathBuf::from).chain(settings(network)).chain(seen(false)).collect();
    ruleset
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(NEWEST)))?
        .add_rules(path_beneath_rules(DEVICES.iter().map(Path::new), on_devices()))?
        .add_rules(path_beneath_rules(seen(true), in_own_folders()))
}

fn on_devices() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate
}

/// Everything but devices and sockets: those of others would answer through them.
fn in_own_folders() -> BitFlags<AccessFs> {
    AccessFs::from_all(NEWEST) & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev)
}

fn reason(error: &RulesetError) -> String {
    let newer = "a kernel with Landlock of version 3 is needed (Linux 6.2)";
    match error {
        RulesetError::RestrictSelf(_) => format!("Landlock refuses: {error}"),
        _ => format!("{newer}: {error}"),
    }
}
