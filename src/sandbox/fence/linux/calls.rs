//! Which calls of the kernel are refused, beside what Landlock holds?
//!
//! Everything that an ordinary program has no use for: other processes, the kernel itself, new namespaces, keys, and
//! sockets, since Landlock keeps nobody from UDP or from the sockets of other programs.

use libc::c_long;
use seccompiler::SeccompCmpOp::{MaskedEq, Ne};

use super::program::{Result, Rules, all, condition, is, is_not, pointer};

/// The first call that was not known when these lists were written.
pub(super) const UNKNOWN: u32 = 470;

/// What else keeps a child in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walls {
    /// Namespaces: what a child shares with others is not there.
    Namespaces,
    /// Landlock, which holds files only.
    Landlock {
        /// Whether it may use the network.
        network: bool,
    },
}

/// Refused to every child.
const REFUSED: &[c_long] = &[
    // Other processes: their memory, descriptors, and what they do.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_perf_event_open,
    libc::SYS_lookup_dcookie,
    // Another view of the machine.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // Keys, which no namespace hides.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // The kernel itself, and the machine.
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    KEXEC_FILE_LOAD,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Refused where no namespace keeps apart what a child shares with the machine.
const SHARED: &[c_long] = &[
    // Names of files that others use.
    libc::SYS_inotify_add_watch,
    libc::SYS_fanotify_mark,
    // What stays with the kernel when a process ends.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

/// Calls of which a program is told that this kernel has none. C libraries and Python do without.
pub(super) const ABSENT: &[c_long] = &[
    // What they are asked to do lies in memory, where no filter can look.
    libc::SYS_clone3,
    libc::SYS_openat2,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Memory that counts for no process.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
];

/// Flags of `clone` that make namespaces.
const NEW_NAMESPACES: &[i32] = &[
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Calls that set the mode of a file, and which argument that is.
const SET_MODE: &[(c_long, u8)] = &[
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    (FCHMODAT2, 2),
    (libc::SYS_mknodat, 2),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_chmod, 1),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_creat, 1),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_mknod, 1),
];

/// Calls that may make a file, and which argument is its mode; the one before it says whether they do.
const OPEN: &[(c_long, u8)] = &[
    (libc::SYS_openat, 3),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_open, 2),
];

/// `kexec_file_load`, of which not every C library has the number.
const KEXEC_FILE_LOAD: c_long = if cfg!(target_arch = "x86_64") { 320 } else { 294 };

/// `fchmodat2`, by the number that it has everywhere.
const FCHMODAT2: c_long = 452;

/// Whom `kill` reaches by -1.
const EVERYONE: u32 = u32::MAX;

/// Types a key into a terminal, as if its user had: `TIOCSTI`, `TIOCLINUX`.
const TYPING: [u32; 2] = [0x5412, 0x541c];

/// Which calls are refused, and with which arguments.
pub(super) fn refused(walls: Walls) -> Result<Rules> {
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let namespaces = NEW_NAMESPACES.iter().map(|flag| flag.cast_unsigned());
    let namespaces = namespaces.map(|flag| all([condition(0, MaskedEq(flag.into()), flag)]));
    rules.insert(libc::SYS_clone, namespaces.collect::<Result<_>>()?);
    rules.insert(libc::SYS_ioctl, vec![all([is(1, TYPING[0])])?, all([is(1, TYPING[1])])?]);
    rules.extend(of_lent_rights()?);
    match walls {
        Walls::Namespaces => {
            let known = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
            rules.insert(libc::SYS_socket, vec![all(known.map(|family| is_not(0, family)))?]);
        }
        Walls::Landlock { network } => {
            rules.extend(SHARED.iter().map(|call| (*call, Vec::new())));
            rules.extend(of_sockets(network)?);
            rules.extend(of_other_processes()?);
        }
    }
    Ok(rules)
}

/// No file runs with the rights of its owner or group: it would, for others who find it in the workspace.
fn of_lent_rights() -> Result<Rules> {
    let has = |argument, bits: u32| condition(argument, MaskedEq(bits.into()), bits);
    // The mode counts only where the call makes a file.
    let making = [libc::O_CREAT, libc::O_TMPFILE & !libc::O_DIRECTORY].map(i32::cast_unsigned);
    let mut rules = Rules::new();
    for bit in [libc::S_ISUID, libc::S_ISGID] {
        for (call, mode) in SET_MODE {
            rules.entry(*call).or_default().push(all([has(*mode, bit)])?);
        }
        for (call, mode) in OPEN {
            let rule = |flag| all([has(mode - 1, flag), has(*mode, bit)]);
            rules.entry(*call).or_default().extend([rule(making[0])?, rule(making[1])?]);
        }
    }
    Ok(rules)
}

/// No socket but pairs of streams, which lead nowhere else: one of a pair of datagrams can still send to anyone.
fn of_sockets(network: bool) -> Result<Rules> {
    let of_kind = |kind: i32| condition(1, MaskedEq(0xf), kind.cast_unsigned());
    let pairs = vec![
        all([is_not(0, libc::AF_UNIX)])?,
        all([of_kind(libc::SOCK_DGRAM)])?,
        all([of_kind(libc::SOCK_RAW)])?,
    ];
    let mut rules = Rules::from([(libc::SYS_socketpair, pairs)]);
    if network {
        let other_than_internet = all([is_not(0, libc::AF_INET), is_not(0, libc::AF_INET6)])?;
        rules.insert(libc::SYS_socket, vec![other_than_internet]);
    } else {
        rules.extend([libc::SYS_socket, libc::SYS_connect, libc::SYS_bind].map(|call| (call, Vec::new())));
    }
    Ok(rules)
}

/// What changes processes other than the caller (0), and what would hide the caller from us.
fn of_other_processes() -> Result<Rules> {
    let of_another = |argument| all([is_not(argument, 0)]);
    let hiding = vec![
        all([is(0, libc::PR_SET_PDEATHSIG.cast_unsigned()), is_not(1, libc::SIGKILL)])?,
        all([is(0, libc::PR_SET_DUMPABLE.cast_unsigned()), is(1, 0)])?,
        all([is(0, libc::PR_SET_MM.cast_unsigned())])?,
    ];
    Ok(Rules::from([
        (libc::SYS_prctl, hiding),
        (libc::SYS_kill, vec![all([is(0, EVERYONE)])?]),
        (libc::SYS_prlimit64, vec![all([is_not(0, 0), pointer(2, Ne, 0)])?]),
        // Of a kind other than a process, or of another process.
        (libc::SYS_setpriority, vec![of_another(0)?, of_another(1)?]),
        (libc::SYS_ioprio_set, vec![of_another(1)?]),
        (libc::SYS_sched_setaffinity, vec![of_another(0)?]),
        (libc::SYS_sched_setscheduler, vec![of_another(0)?]),
        (libc::SYS_sched_setparam, vec![of_another(0)?]),
        (libc::SYS_sched_setattr, vec![of_another(0)?]),
    ]))
}
