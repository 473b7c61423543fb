//! Which calls of the kernel are refused, beside what Landlock holds?
//!
//! Everything that an ordinary program has no use for: other processes, the kernel itself, new namespaces, keys, and
//! sockets, since Landlock keeps nobody from UDP or from the sockets of other programs.

use libc::c_long;
use seccompiler::SeccompCmpOp::{MaskedEq, Ne};

use super::program::{Result, Rules, all, condition, is, is_not, pointer};

/// The first call that was not known when these lists were written.
pub(super) const UNKNOWN: u32 = 470;

/// Answered as if the call was not permitted.
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
    // Files not by their path, and the names of files that others use.
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_fanotify_mark,
    libc::SYS_inotify_add_watch,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // What processes without a common folder share.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
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
    libc::SYS_kexec_file_load,
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

/// Answered as by a kernel that has no such call: their arguments cannot be looked at, or they go round this list.
/// C libraries then do with others.
pub(super) const ABSENT: &[c_long] =
    &[libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

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

/// Whom `kill` reaches by -1.
const EVERYONE: u32 = u32::MAX;

/// Types a key into a terminal, as if its user had: `TIOCSTI`, `TIOCLINUX`.
const TYPING: [u32; 2] = [0x5412, 0x541c];

/// Which calls are refused, and with which arguments.
pub(super) fn refused(network: bool) -> Result<Rules> {
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    rules.extend(of_sockets(network)?);
    rules.extend(of_other_processes()?);
    let namespaces = NEW_NAMESPACES.iter().map(|flag| flag.cast_unsigned());
    let namespaces = namespaces.map(|flag| all([condition(0, MaskedEq(flag.into()), flag)]));
    rules.insert(libc::SYS_clone, namespaces.collect::<Result<_>>()?);
    rules.insert(libc::SYS_ioctl, vec![all([is(1, TYPING[0])])?, all([is(1, TYPING[1])])?]);
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
